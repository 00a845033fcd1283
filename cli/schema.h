/* Inside huying schema: its words. */
#ifndef CLI_SCHEMA_H
#define CLI_SCHEMA_H

#include "cli/cli.h"
#include "common/msg/msg.h"

/* Each: exit code. */
int schema_ls(
    const char *const *patterns, size_t n, enum msg_kind kind, bool json);
int schema_show(const char *type, bool json);
int schema_check(const char *path, bool json);

#endif
