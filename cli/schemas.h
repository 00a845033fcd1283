/* The vocabulary as documents, printed from the descriptors. */
#ifndef CLI_SCHEMAS_H
#define CLI_SCHEMAS_H

#include "cli/json_out.h"
#include "common/msg/msg.h"

/*
 * JSON Schema (draft-07) of one message or record; of the envelope as
 * `huying tail -o json` prints it, with its place in the journal.
 */
void schema_of(const struct msg_desc *d, struct buf *out);
/* AsyncAPI 3.0: the three endpoints and what goes over them. */
void schemas_asyncapi(struct buf *out);
/* Every message on one page, as Markdown. */
void schemas_catalogue(struct buf *out);

/* Writes all files into DIR, which it makes if need be. */
enum rc schemas_write(
    const char *dir, size_t *n_files, struct err *e) MUST_CHECK;

#endif
