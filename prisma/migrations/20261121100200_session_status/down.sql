DROP VIEW session_status;
DROP TYPE session_lane;
DROP TYPE session_display_status;
