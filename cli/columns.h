/*
 * Text in the columns of a terminal (pure): a Chinese character takes two,
 * an accent none; what would steer the terminal is left out.
 */
#ifndef CLI_COLUMNS_H
#define CLI_COLUMNS_H

#include "common/base/buf.h"

/* 0, 1 or 2. */
size_t columns_of_rune(uint32_t rune);
/* Columns that columns_put() needs for all of TEXT. */
size_t columns_of(struct str text);

/*
 * Appends TEXT in at most MAX columns, with "…" at the end when it was cut;
 * a newline or tab becomes a blank, a byte that is not UTF-8 a "?".
 * Returns the columns used.
 */
size_t columns_put(struct buf *out, struct str text, size_t max);
/* The same, and blanks up to WIDTH; two of them if it is full. */
void columns_put_cell(struct buf *out, struct str text, size_t width);
void columns_pad(struct buf *out, size_t n);

#endif
