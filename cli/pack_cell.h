/* One cell of a pack against its field. */
#ifndef CLI_PACK_CELL_H
#define CLI_PACK_CELL_H

#include "cli/pack_read.h"

/* Puts TEXT into its place in OBJ; whatever is wrong becomes a fault. */
void pack_cell(struct pack *p, const char *file, const struct msg_field *f,
    const struct csv_cell *cell, void *obj);

/* Faults only what no cell of any file may hold. */
void pack_cell_clean(struct pack *p, const char *file, struct str name,
    const struct csv_cell *cell);

#endif
