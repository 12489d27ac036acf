-- session_standing keeps what the view session_status derives. The transaction that causes a change of a standing also
-- writes it, together with a SESSION_UPDATED that comes after its cause.
--
-- A trigger on each cause notes in standing_due what the transaction must derive, and locks nothing. When the transaction
-- commits, a deferred trigger locks the noted standings in the order of their ids, and then derives them in statements of
-- their own. Of two transactions that change the standing of one session, the second waits for the first and sees its
-- writes. After standings, that trigger writes only the rows of abandoned_pull_request that belong to them, and locks nothing
-- else. So writers cannot deadlock over them, in whatever order they lock sessions and pull requests. The exceptions are in
-- docs/board.md.
--
-- An update of a session is noted too, with the names of what changed and the id that its event gets (session.sql). So the
-- event is written once, and with the standing.
--
-- Under REPEATABLE READ, the second transaction could not see the writes of the first. A standing is therefore written
-- even when it stays the same: the second transaction fails with a serialization error.
CREATE OR REPLACE FUNCTION begin_standing(s session) RETURNS session_standing
LANGUAGE plpgsql VOLATILE
  SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
DECLARE
  standing session_standing;
BEGIN
  INSERT INTO session_standing (
    session_id, organization_id, project_id, agent_id, kind, created_at, spawned_by_id,
    display_status, scm_status, lane, urgency, status_since, lane_since
  )
  SELECT s.id, s.organization_id, s.project_id, s.agent_id, s.kind, s.created_at, s.spawned_by_id,
         rule.display_status, rule.scm_status, rule.lane, rule.urgency, now(), now()
    FROM session_status rule WHERE rule.session_id = s.id
  RETURNING * INTO standing;
  RETURN standing;
END
$$;

CREATE OR REPLACE FUNCTION note_standing_of_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  INSERT INTO standing_due AS due (subject, subject_id) VALUES ('SESSION', NEW.id)
  ON CONFLICT (xid, subject, subject_id) DO UPDATE SET may_change = true WHERE NOT due.may_change;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION note_standing_of_pull_request() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  -- The event of the session must come after this cause: an id that was drawn before is given up.
  INSERT INTO standing_due AS due (subject, subject_id)
  SELECT 'SESSION'::standing_subject, held.session_id
    FROM (VALUES (NEW.session_id), (OLD.session_id)) AS held (session_id)
   WHERE held.session_id IS NOT NULL
   UNION
  SELECT 'PULL_REQUEST', NEW.id WHERE TG_OP = 'UPDATE' AND NEW.session_id IS DISTINCT FROM OLD.session_id
  ON CONFLICT (xid, subject, subject_id) DO UPDATE SET event_id = NULL, may_change = true WHERE due.event_id IS NOT NULL;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION note_standing_of_review_thread() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  INSERT INTO standing_due (subject, subject_id) VALUES ('PULL_REQUEST', NEW.pull_request_id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;

-- Writes the events of noted updates that change no standing.
CREATE OR REPLACE FUNCTION tell_noted_updates(notes standing_due[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  WITH told AS (
    UPDATE session_standing k SET xid = pg_current_xact_id()
      FROM unnest(notes) n
      JOIN session s ON s.id = n.subject_id
      JOIN project p ON (p.organization_id, p.id) = (s.organization_id, s.project_id)
      JOIN session_standing before ON before.session_id = n.subject_id
     WHERE k.session_id = n.subject_id
    RETURNING s, p.slug, n.event_id, n.changed, before.xid AS last_xid, k AS standing
  )
  INSERT INTO change_outbox (id, organization_id, type, entity_type, entity_id, subjects, payload)
  -- As in derive_standings: a transaction that has told of the session since must not come after this one.
  SELECT CASE WHEN t.last_xid <> pg_current_xact_id() AND EXISTS (
           SELECT FROM change_outbox o
            WHERE o.xid = t.last_xid
              AND o.id > greatest(
                t.event_id, (SELECT max(own.id) FROM change_outbox own WHERE own.xid = pg_current_xact_id())
              )
         ) THEN nextval('change_outbox_id_seq') ELSE t.event_id END,
         (t.s).organization_id, 'SESSION_UPDATED', 'Session', (t.s).id,
         array_remove(ARRAY[(t.s).id, (t.s).project_id, (t.s).agent_id], NULL),
         jsonb_build_object('changed', t.changed, 'row', session_image(t.s, t.slug, t.standing))
    FROM (SELECT * FROM told ORDER BY event_id) t;
END
$$;

-- Derives everything that the transaction has noted, and writes the events of its sessions. It fires for each note, and all
-- but the first find theirs done. They look for theirs by its key: a search for any note would pass over all that the
-- transaction has deleted.
--
-- Planning the rule takes longer than the derivation, so a connection plans it once. The indexes always fit, but the plan
-- may be made while the tables are small or their statistics old: without sequential scans, it stays right when they grow.
--
-- Even starting that plan takes longer than all the rest. A transaction that changes only what the rule does not read goes
-- without it.
CREATE OR REPLACE FUNCTION derive_standings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
  SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
DECLARE
  notes standing_due[];
  may_change boolean;
  pull_requests uuid[];
  holders uuid[];
  reviewed uuid[];
  discussed uuid[];
  created uuid[];
BEGIN
  WITH due AS (
    DELETE FROM standing_due d
     WHERE d.xid = pg_current_xact_id() AND (
       SELECT true FROM standing_due own WHERE (own.xid, own.subject, own.subject_id) = (NEW.xid, NEW.subject, NEW.subject_id)
     )
    RETURNING d AS note, subject, subject_id
  )
  SELECT array_agg(note) FILTER (WHERE subject = 'SESSION'),
         bool_or((note).may_change) FILTER (WHERE subject = 'SESSION'),
         array_agg(subject_id) FILTER (WHERE subject = 'PULL_REQUEST'),
         array_agg(subject_id) FILTER (WHERE subject = 'LATEST_REVIEWS'),
         array_agg(subject_id) FILTER (WHERE subject = 'UNRESOLVED_BY')
    INTO notes, may_change, pull_requests, reviewed, discussed
    FROM due;
  IF num_nonnulls(reviewed, discussed) > 0 THEN
    PERFORM tell_pull_request_summaries(reviewed, discussed);
  END IF;

  -- A review thread counts for the session that holds its pull request, but a change of the thread does not lock the pull
  -- request. Without this lock, a concurrent takeover would not see the thread, and this transaction would derive the
  -- session that held the pull request before. The lock is one of 256, so that a transaction with many threads takes no
  -- more.
  IF pull_requests IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(hashtext('muster.session_standing'), part)
       FROM (SELECT DISTINCT hashtext(id::text) & 255 AS part FROM unnest(pull_requests) AS id ORDER BY part) parts;
    holders := ARRAY(SELECT p.session_id FROM pull_request p WHERE p.id = ANY (pull_requests));
  END IF;
  IF num_nonnulls(notes, holders) = 0 THEN
    RETURN NULL;
  END IF;

  SELECT array_agg(session_id) FILTER (WHERE is_new) INTO created FROM (
    SELECT k.session_id, k.created_xid = pg_current_xact_id() AS is_new
      FROM session_standing k
     WHERE k.session_id IN (SELECT subject_id FROM unnest(notes) UNION ALL SELECT unnest(holders))
     ORDER BY k.session_id
       FOR NO KEY UPDATE OF k
  ) locked;
  IF NOT may_change AND holders IS NULL AND created IS NULL THEN
    PERFORM tell_noted_updates(notes);
    RETURN NULL;
  END IF;

  WITH due AS MATERIALIZED (
    -- A note without the id of an event is a cause that came after it.
    SELECT noted.session_id, coalesce(max(noted.changed), '{}') AS changed,
           CASE WHEN bool_and(noted.event_id IS NOT NULL) THEN max(noted.event_id) END AS event_id
      FROM (
        SELECT n.subject_id AS session_id, n.changed, n.event_id FROM unnest(notes) n
         UNION ALL
        SELECT holder, NULL, NULL FROM unnest(holders) holder
      ) noted
     GROUP BY noted.session_id
  ), derived AS MATERIALIZED (
    SELECT
      s, p.slug, rule.display_status, rule.scm_status, rule.lane, rule.urgency,
      due.changed AS own_changes, due.event_id,
      array_remove(ARRAY[
        CASE WHEN rule.display_status <> k.display_status         THEN 'displayStatus' END,
        CASE WHEN rule.lane <> k.lane                             THEN 'lane' END,
        CASE WHEN rule.lane <> k.lane                             THEN 'laneSince' END,
        CASE WHEN rule.scm_status IS DISTINCT FROM k.scm_status   THEN 'scmStatus' END,
        CASE WHEN rule.display_status <> k.display_status         THEN 'statusSince' END
      ], NULL) AS changed,
      -- The feed orders transactions by their last changes. Another transaction has changed the standing after the last
      -- change of this one, so only a new change of this one can come after that.
      k.xid <> pg_current_xact_id() AND EXISTS (
        SELECT FROM change_outbox o
         WHERE o.xid = k.xid
           AND o.id > greatest(
             due.event_id, (SELECT max(own.id) FROM change_outbox own WHERE own.xid = pg_current_xact_id())
           )
      ) AS is_overtaken
    FROM due
    JOIN session_standing k ON k.session_id = due.session_id
    JOIN session s ON s.id = due.session_id
    JOIN project p ON (p.organization_id, p.id) = (s.organization_id, s.project_id)
    JOIN session_status rule ON rule.session_id = due.session_id
  ), written AS (
    UPDATE session_standing k
       SET kind = (d.s).kind, created_at = (d.s).created_at,
           display_status = d.display_status, scm_status = d.scm_status, lane = d.lane, urgency = d.urgency,
           status_since = CASE WHEN d.display_status = k.display_status THEN k.status_since ELSE greatest(k.status_since, now()) END,
           lane_since = CASE WHEN d.lane = k.lane THEN k.lane_since ELSE greatest(k.lane_since, now()) END,
           -- A transaction that tells nothing of the session does not hide the last one that did.
           xid = CASE WHEN d.own_changes <> '{}' OR d.changed <> '{}' THEN pg_current_xact_id() ELSE k.xid END
      FROM derived d
     WHERE (d.s).id = k.session_id
    RETURNING d.s, d.slug, d.own_changes, d.changed, d.event_id, d.is_overtaken, k AS standing
  )
  INSERT INTO change_outbox (id, organization_id, type, entity_type, entity_id, subjects, payload)
  SELECT CASE WHEN w.event_id IS NULL OR w.is_overtaken THEN nextval('change_outbox_id_seq') ELSE w.event_id END,
         (w.s).organization_id, 'SESSION_UPDATED', 'Session', (w.s).id,
         array_remove(ARRAY[(w.s).id, (w.s).project_id, (w.s).agent_id], NULL),
         jsonb_build_object('changed', w.own_changes || w.changed, 'row', session_image(w.s, w.slug, w.standing))
    FROM (SELECT * FROM written ORDER BY event_id, (s).id) w
   WHERE w.own_changes <> '{}' OR w.changed <> '{}' AND (w.standing).created_xid <> pg_current_xact_id();

  -- The event of a session that this transaction has created shows the standing that it has at the end.
  IF created IS NOT NULL THEN
    UPDATE change_outbox o
       SET payload = jsonb_build_object('changed', o.payload -> 'changed', 'row', session_image(s, p.slug, k))
      FROM session_standing k JOIN session s ON s.id = k.session_id
      JOIN project p ON (p.organization_id, p.id) = (s.organization_id, s.project_id)
     WHERE o.xid = pg_current_xact_id() AND o.type = 'SESSION_CREATED' AND k.session_id = o.entity_id
       -- Not as a join, which a plan for few sessions would run as nested loops.
       AND (o.entity_id IN (SELECT unnest(created))) IS TRUE;
  END IF;
  RETURN NULL;
END
$$;

-- Only triggers may call them: they write with the owner's rights.
REVOKE EXECUTE ON FUNCTION
  note_standing_of_session(), note_standing_of_pull_request(), note_standing_of_review_thread(), tell_noted_updates(standing_due[]),
  derive_standings()
FROM PUBLIC;

-- The rule compares these times with the clock. No limit is below a minute, so that most reports need no derivation.
-- capture_session notes the other changes.
CREATE OR REPLACE TRIGGER session_standing AFTER UPDATE ON session
  FOR EACH ROW WHEN (
    (OLD.last_heard_at, OLD.activity_last_at) IS DISTINCT FROM (NEW.last_heard_at, NEW.activity_last_at)
    AND least(
      session_heard_at(OLD.last_heard_at, OLD.activity_last_at, OLD.first_signal_at),
      session_heard_at(NEW.last_heard_at, NEW.activity_last_at, NEW.first_signal_at)
    ) < now() - interval '1 min'
  )
  EXECUTE FUNCTION note_standing_of_session();
CREATE OR REPLACE TRIGGER pull_request_insert_standing AFTER INSERT ON pull_request
  FOR EACH ROW EXECUTE FUNCTION note_standing_of_pull_request();
CREATE OR REPLACE TRIGGER pull_request_update_standing AFTER UPDATE ON pull_request
  FOR EACH ROW WHEN (
    (OLD.session_id, OLD.state, OLD.ci_state, OLD.required_ci_state, OLD.mergeability, OLD.review_decision,
     OLD.awaits_approval, OLD.is_in_merge_queue, OLD.is_cross_repository, OLD.host, OLD.repo_owner_key, OLD.repo_name_key,
     OLD.source_branch, OLD.target_branch) IS DISTINCT FROM
    (NEW.session_id, NEW.state, NEW.ci_state, NEW.required_ci_state, NEW.mergeability, NEW.review_decision,
     NEW.awaits_approval, NEW.is_in_merge_queue, NEW.is_cross_repository, NEW.host, NEW.repo_owner_key, NEW.repo_name_key,
     NEW.source_branch, NEW.target_branch)
  )
  EXECUTE FUNCTION note_standing_of_pull_request();
CREATE OR REPLACE TRIGGER pull_request_review_thread_insert_standing AFTER INSERT ON pull_request_review_thread
  FOR EACH ROW EXECUTE FUNCTION note_standing_of_review_thread();
CREATE OR REPLACE TRIGGER pull_request_review_thread_update_standing AFTER UPDATE ON pull_request_review_thread
  FOR EACH ROW WHEN (
    (OLD.is_resolved, OLD.is_bot, OLD.is_by_author, OLD.is_outdated) IS DISTINCT FROM
    (NEW.is_resolved, NEW.is_bot, NEW.is_by_author, NEW.is_outdated)
  )
  EXECUTE FUNCTION note_standing_of_review_thread();

-- PostgreSQL cannot replace a constraint trigger, so it is dropped first.
DROP TRIGGER IF EXISTS standing_due_derive ON standing_due;
CREATE CONSTRAINT TRIGGER standing_due_derive AFTER INSERT ON standing_due
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION derive_standings();

ALTER TABLE session ENABLE ALWAYS TRIGGER session_standing;
ALTER TABLE pull_request
  ENABLE ALWAYS TRIGGER pull_request_insert_standing,
  ENABLE ALWAYS TRIGGER pull_request_update_standing;
ALTER TABLE pull_request_review_thread
  ENABLE ALWAYS TRIGGER pull_request_review_thread_insert_standing,
  ENABLE ALWAYS TRIGGER pull_request_review_thread_update_standing;
ALTER TABLE standing_due ENABLE ALWAYS TRIGGER standing_due_derive;
