/*
 * An event on the bus: struct msg_envelope (schemas/events/envelope.def), a
 * CloudEvents 1.0.2 envelope around one message, as a deterministic msgpack
 * map or as CloudEvents JSON.
 */
#ifndef MSG_ENVELOPE_H
#define MSG_ENVELOPE_H

#include "common/msg/msg.h"

#define ENVELOPE_MAX ((size_t)64 * 1024)
#define TOPIC_MAX 128
#define SEALED_MAX ((size_t)32 * 1024)

/*
 * Reads BODY in place (it must outlive ENV).  RC_REJECT with every fault in
 * FAULTS (may be NULL): of the bytes (see wire.h) or of the attributes.
 */
enum rc envelope_decode(struct str body, enum msg_mode mode,
    struct msg_envelope *env, struct faults *faults) MUST_CHECK;

/* Deterministic: keys in the order of the .def, shortest forms. */
void envelope_encode(const struct msg_envelope *env, struct buf *out);

/* "<type>/<division>"; the division may be empty ("registry.changed/"). */
struct str envelope_topic(
    struct str type, struct str division, char text[TOPIC_MAX]);

/*
 * One line of CloudEvents JSON.  SEQ > 0 adds "sequence" (20 digits) and
 * "recordedtime" (AT).
 */
void envelope_json(
    const struct msg_envelope *env, int64_t seq, int64_t at, struct buf *out);

/*
 * Any JSON object into msgpack bytes.  The result is still to be checked:
 * it is JSON, no more.
 */
enum rc wire_from_json(
    struct str json, struct buf *out, struct err *e) MUST_CHECK;

#endif
