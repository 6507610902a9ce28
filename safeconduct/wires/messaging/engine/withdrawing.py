"""What waits and is not wanted any more, in SQL: it ends and is counted in one statement."""

from typing import Final

# An array, since of a batch that is being filled the planner knows nothing: joined, the query
# would be asked again for each waiting message.
WITHDRAW: Final = """
WITH picked AS (
    SELECT id FROM messaging_delivery
    WHERE batch_id = %s AND state = 0 AND id = ANY (ARRAY({select})) FOR UPDATE SKIP LOCKED
), ended AS (
    UPDATE messaging_delivery AS d SET state = %s, settled_at = %s
    FROM picked WHERE d.batch_id = %s AND d.id = picked.id
    RETURNING d.channel, d.country, d.covers
), counted AS (
    INSERT INTO messaging_batchtally (batch_id, channel, state, country, messages, people)
    SELECT %s, channel, side.state, country, side.sign * count(*), side.sign * sum(covers)
    FROM ended, (VALUES (0, -1), (%s, 1)) AS side (state, sign)
    GROUP BY channel, side.state, side.sign, country
)
SELECT count(*) FROM ended
"""

# What waits in every open batch of a lane for one address, tallied batch by batch. An officer's
# call waits under the number that an SMS would go to.
UNSUBSCRIBE: Final = """
WITH picked AS (
    SELECT d.batch_id, d.id FROM messaging_batch AS b
    JOIN messaging_delivery AS d ON d.batch_id = b.id
    WHERE b.lane = %s AND b.finished_at IS NULL AND d.state = 0
        AND d.recipient_id = ANY (%s) AND d.channel = ANY (%s) AND d.address = %s
    FOR UPDATE OF d SKIP LOCKED
), ended AS (
    UPDATE messaging_delivery AS d SET state = %s, settled_at = %s
    FROM picked WHERE d.batch_id = picked.batch_id AND d.id = picked.id
    RETURNING d.batch_id, d.channel, d.country, d.covers
), counted AS (
    INSERT INTO messaging_batchtally (batch_id, channel, state, country, messages, people)
    SELECT batch_id, channel, side.state, country, side.sign * count(*), side.sign * sum(covers)
    FROM ended, (VALUES (0, -1), (%s, 1)) AS side (state, sign)
    GROUP BY batch_id, channel, side.state, side.sign, country
)
SELECT count(*) FROM ended
"""
