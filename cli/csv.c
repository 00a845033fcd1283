#include "cli/csv.h"

#include <stdio.h>

static void
fault(struct csv *c, struct csv_place place, const char *what)
{
	c->fault(c->ctx, place, what);
}

/* Length of the longest prefix that is UTF-8, by halves. */
static size_t
sound_prefix(struct str line)
{
	size_t at = 0;

	while (at < line.n) {
		size_t len = 1;

		while (len < 4 && len < line.n - at &&
		       !str_utf8_ok(str_cut(line, at, len)))
			len++;
		if (!str_utf8_ok(str_cut(line, at, len)))
			break;
		at += len;
	}
	return at;
}

/* One fault a bad line; false when there was any. */
static bool
check_bytes(struct csv *c)
{
	struct str rest = c->bytes, line;
	uint32_t n = 0;
	bool ok = true;

	while (str_next(&rest, '\n', &line)) {
		size_t nul = str_find(line, '\0');
		size_t good = str_utf8_ok(line) ? line.n : sound_prefix(line);
		size_t at = nul < good ? nul : good;

		n++;
		if (at == line.n)
			continue;
		fault(c,
		    (struct csv_place){
			n, (uint32_t)str_runes(str_cut(line, 0, at)) + 1 },
		    nul < good ? "a NUL byte" : "not UTF-8");
		ok = false;
	}
	return ok;
}

void
csv_open(struct csv *c, struct str bytes, struct arena *arena,
    csv_fault_fn *fault_fn, void *ctx)
{
	*c = (struct csv){ .bytes = bytes,
		.place = { 1, 1 },
		.arena = arena,
		.fault = fault_fn,
		.ctx = ctx };
	if (bytes.n > CSV_FILE_MAX) {
		fault(c, c->place, "the file is too large");
		c->failed = true;
	} else if (str_starts(bytes, STR("\xef\xbb\xbf"))) {
		fault(c, c->place, "a byte order mark; save as plain UTF-8");
		c->failed = true;
	} else {
		c->failed = !check_bytes(c);
	}
}

static bool
at_end(const struct csv *c)
{
	return c->pos == c->bytes.n;
}

static char
peek(const struct csv *c)
{
	return at_end(c) ? '\n' : c->bytes.p[c->pos];
}

static bool
at_newline(const struct csv *c)
{
	return peek(c) == '\n' || (peek(c) == '\r' && c->pos + 1 < c->bytes.n &&
				      c->bytes.p[c->pos + 1] == '\n');
}

/* Moves over one byte, keeping the place. */
static void
step(struct csv *c)
{
	unsigned char b = (unsigned char)c->bytes.p[c->pos++];

	if (b == '\n')
		c->place = (struct csv_place){ c->place.line + 1, 1 };
	else if (c->pos == c->bytes.n ||
		 ((unsigned char)c->bytes.p[c->pos] & 0xc0) != 0x80)
		c->place.column++;
}

static void
skip_newline(struct csv *c)
{
	if (!at_end(c) && peek(c) == '\r')
		step(c);
	if (!at_end(c))
		step(c);
}

static void
skip_line(struct csv *c)
{
	while (!at_end(c) && peek(c) != '\n')
		step(c);
	skip_newline(c);
}

static bool
take_plain(struct csv *c, struct str *text)
{
	size_t from = c->pos;

	while (!at_newline(c) && peek(c) != ',') {
		if (peek(c) == '"' || peek(c) == '\r') {
			fault(c, c->place,
			    peek(c) == '"'
				? "a quote inside an unquoted cell"
				: "a carriage return without a line feed");
			return false;
		}
		step(c);
	}
	*text = str_cut(c->bytes, from, c->pos - from);
	return true;
}

/* Halves the doubled quotes of RAW. */
static struct str
unquote(struct csv *c, struct str raw)
{
	char *p = arena_alloc(c->arena, raw.n + 1);
	size_t n = 0;

	must(p != NULL);
	for (size_t i = 0; i < raw.n; i++) {
		p[n++] = raw.p[i];
		i += raw.p[i] == '"';
	}
	return (struct str){ p, n };
}

static bool
take_quoted(struct csv *c, struct str *text)
{
	struct csv_place start = c->place;
	bool doubled = false;
	size_t from;

	step(c);
	from = c->pos;
	for (;;) {
		if (at_end(c)) {
			fault(c, start, "a quote that is never closed");
			return false;
		}
		if (peek(c) != '"') {
			step(c);
			continue;
		}
		step(c);
		if (at_end(c) || peek(c) != '"')
			break;
		step(c);
		doubled = true;
	}
	*text = str_cut(c->bytes, from, c->pos - 1 - from);
	if (!at_newline(c) && peek(c) != ',') {
		fault(c, c->place, "text behind a closing quote");
		return false;
	}
	if (doubled)
		*text = unquote(c, *text);
	return true;
}

static bool
take_cell(struct csv *c, struct csv_cell *cell)
{
	bool quoted = !at_end(c) && peek(c) == '"';

	cell->place = c->place;
	if (quoted ? !take_quoted(c, &cell->text) : !take_plain(c, &cell->text))
		return false;
	if (cell->text.n > CSV_CELL_MAX) {
		fault(c, cell->place, "a cell of more than 16 KiB");
		return false;
	}
	return true;
}

/* One line, up to and with its end; false: told and skipped. */
static bool
take_row(struct csv *c, struct csv_row *row)
{
	struct csv_place start = c->place;

	row->n = 0;
	for (;;) {
		if (row->n == CSV_COLUMNS_MAX) {
			fault(c, c->place, "too many columns");
			break;
		}
		if (!take_cell(c, &row->cells[row->n]))
			break;
		row->n++;
		if (peek(c) == ',' && !at_end(c)) {
			step(c);
			continue;
		}
		skip_newline(c);
		return true;
	}
	/* Behind a fault the next line is the next chance. */
	if (c->place.column > 1 || c->place.line == start.line)
		skip_line(c);
	return false;
}

/* Has the row as many cells as the header? */
static bool
fits(struct csv *c, const struct csv_row *row)
{
	char what[80];

	if (row->n == 1 && row->cells[0].text.n == 0) {
		fault(c, row->cells[0].place, "an empty line");
		return false;
	}
	if (c->columns == 0)
		c->columns = row->n;
	if (row->n == c->columns)
		return true;
	(void)snprintf(what, sizeof(what), "%zu cells, the header has %zu",
	    row->n, c->columns);
	fault(c, row->cells[0].place, what);
	return false;
}

bool
csv_next(struct csv *c, struct csv_row *row)
{
	while (!c->failed && !at_end(c)) {
		if (c->n_rows == CSV_ROWS_MAX) {
			fault(c, c->place, "too many rows");
			c->failed = true;
			break;
		}
		c->n_rows++;
		if (take_row(c, row) && fits(c, row))
			return true;
		/* A header that cannot be read leaves nothing to fit. */
		c->failed = c->failed || c->columns == 0;
	}
	return false;
}
