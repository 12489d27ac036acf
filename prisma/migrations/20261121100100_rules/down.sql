DROP TRIGGER project_holder_check ON project;
DROP TRIGGER session_holder_check ON session;
DROP TRIGGER pull_request_update_holder_check ON pull_request;
DROP TRIGGER pull_request_insert_holder_check ON pull_request;
DROP FUNCTION keep_pull_requests_with_workers();
DROP TRIGGER organization_owner_check ON membership;
DROP FUNCTION keep_an_owner();

DROP TRIGGER pull_request_review_thread_stays ON pull_request_review_thread;
DROP TRIGGER pull_request_check_stays ON pull_request_check;
DROP TRIGGER pull_request_stays ON pull_request;
DROP TRIGGER session_stays ON session;
DROP TRIGGER project_stays ON project;
DROP TRIGGER token_stays_revoked ON token;
DROP TRIGGER token_stays ON token;
DROP TRIGGER membership_stays ON membership;
DROP TRIGGER organization_stays ON organization;
DROP TRIGGER structure_event_is_kept ON structure_event;
DROP FUNCTION refuse();

DROP TRIGGER pull_request_review_thread_touch ON pull_request_review_thread;
DROP TRIGGER pull_request_check_touch ON pull_request_check;
DROP TRIGGER pull_request_touch ON pull_request;
DROP TRIGGER session_touch ON session;
DROP TRIGGER project_touch ON project;
DROP TRIGGER token_touch ON token;
DROP TRIGGER membership_touch ON membership;
DROP TRIGGER user_touch ON "user";
DROP TRIGGER organization_touch ON organization;
DROP FUNCTION touch_updated_at();

DROP TRIGGER session_number ON session;
DROP FUNCTION number_session();
DROP SEQUENCE pull_request_facts_number;

DROP INDEX pull_request_review_thread_open_idx;
DROP INDEX idempotency_key_key;
DROP INDEX membership_list_idx;
DROP INDEX membership_user_idx;
DROP INDEX membership_live_key;

ALTER TABLE structure_event DROP CONSTRAINT structure_event_times_check;
ALTER TABLE pull_request_review DROP CONSTRAINT pull_request_review_times_check;
ALTER TABLE pull_request_review_thread DROP CONSTRAINT pull_request_review_thread_times_check;
ALTER TABLE pull_request_check DROP CONSTRAINT pull_request_check_times_check;
ALTER TABLE pull_request DROP CONSTRAINT pull_request_times_check;
ALTER TABLE session DROP CONSTRAINT session_times_check;
ALTER TABLE project DROP CONSTRAINT project_times_check;
ALTER TABLE token DROP CONSTRAINT token_times_check;
ALTER TABLE membership DROP CONSTRAINT membership_times_check;
ALTER TABLE "user" DROP CONSTRAINT user_times_check;
ALTER TABLE organization DROP CONSTRAINT organization_times_check;
DROP FUNCTION is_date_time(timestamptz);

ALTER TABLE idempotency_key DROP CONSTRAINT idempotency_key_key_check;
ALTER TABLE pull_request_review_thread DROP CONSTRAINT pull_request_review_thread_line_check;
ALTER TABLE pull_request_check DROP CONSTRAINT pull_request_check_name_check;
ALTER TABLE pull_request
  DROP CONSTRAINT pull_request_draft_check,
  DROP CONSTRAINT pull_request_size_check,
  DROP CONSTRAINT pull_request_number_check,
  DROP CONSTRAINT pull_request_name_key_check,
  DROP CONSTRAINT pull_request_owner_key_check,
  DROP CONSTRAINT pull_request_host_check;
ALTER TABLE session
  DROP CONSTRAINT session_workspace_path_check,
  DROP CONSTRAINT session_prompt_check,
  DROP CONSTRAINT session_branch_check,
  DROP CONSTRAINT session_display_name_check,
  DROP CONSTRAINT session_num_check;
ALTER TABLE project
  DROP CONSTRAINT project_scratch_check,
  DROP CONSTRAINT project_repo_url_check,
  DROP CONSTRAINT project_name_check,
  DROP CONSTRAINT project_slug_check;
ALTER TABLE token
  DROP CONSTRAINT token_label_check,
  DROP CONSTRAINT token_hash_check;
ALTER TABLE "user"
  DROP CONSTRAINT user_name_check,
  DROP CONSTRAINT user_email_check;
ALTER TABLE organization
  DROP CONSTRAINT organization_name_check,
  DROP CONSTRAINT organization_slug_check;
