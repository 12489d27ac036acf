DROP TABLE "idempotency_key";
DROP TABLE "structure_event";
DROP TABLE "pull_request_review";
DROP TABLE "pull_request_review_comment";
DROP TABLE "pull_request_review_thread";
DROP TABLE "pull_request_check";
DROP TABLE "pull_request";
DROP TABLE "session";
DROP TABLE "project";
DROP TABLE "token";
DROP TABLE "membership";
DROP TABLE "user";
DROP TABLE "organization";

DROP TYPE "membership_role";
DROP TYPE "project_kind";
DROP TYPE "session_kind";
DROP TYPE "activity_state";
DROP TYPE "pull_request_state";
DROP TYPE "ci_state";
DROP TYPE "review_decision";
DROP TYPE "mergeability";
DROP TYPE "check_status";
DROP TYPE "actor_kind";

DROP FUNCTION uuid_v7();
