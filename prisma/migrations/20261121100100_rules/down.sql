DROP TRIGGER pull_request_review_thread_tenant ON pull_request_review_thread;
DROP TRIGGER pull_request_check_tenant ON pull_request_check;
DROP TRIGGER pull_request_tenant ON pull_request;
DROP TRIGGER session_tenant ON session;
DROP TRIGGER project_tenant ON project;
DROP TRIGGER token_tenant ON token;
DROP TRIGGER membership_tenant ON membership;
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
