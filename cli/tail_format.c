#include "cli/tail_format.h"

#include "cli/columns.h"
#include "cli/tail_value.h"
#include "common/msg/wire.h"

#include <jansson.h>
#include <stdio.h>

#define WIDTH_MAX 1000
#define VALUE_MAX ((size_t)1 << 20)
/* What is not there, to be seen and to be cut by columns. */
#define NOTHING "-"

/* Reading goes on at AT; what is copied lies in f->text up to USED. */
struct reading {
	struct tail_format *f;
	const char *at;
	size_t used;
	bool quoted; /* inside a text of JSON */
};

static struct format_piece *
add_piece(struct reading *r)
{
	struct tail_format *f = r->f;

	if (f->n == FORMAT_PIECES_MAX)
		return NULL;
	f->pieces[f->n] = (struct format_piece){ .quoted = r->quoted };
	return &f->pieces[f->n++];
}

/* The sign that backslash C stands for; -1: none. */
static int
escape(char c)
{
	static const char signs[] = "nte0\\";
	static const char values[] = "\n\t\033\0\\";
	const char *at = c != '\0' ? strchr(signs, c) : NULL;

	return at != NULL ? values[at - signs] : -1;
}

/* The piece of plain text that grows; NULL when there is no room. */
static struct format_piece *
growing(struct reading *r)
{
	struct tail_format *f = r->f;
	struct format_piece *p;

	if (f->n > 0 && f->pieces[f->n - 1].what.n == 0)
		return &f->pieces[f->n - 1];
	p = add_piece(r);
	if (p != NULL)
		p->text = (struct str){ f->text + r->used, 0 };
	return p;
}

/* A backslash and what it stands for; inside a text of JSON it is JSON's. */
static enum rc
take_escape(struct reading *r, char bytes[2], size_t *n, struct err *e)
{
	int sign = escape(r->at[1]);

	if (r->f->json && r->quoted && r->at[1] != '\0') {
		memcpy(bytes, r->at, 2);
		*n = 2;
	} else if (sign >= 0) {
		bytes[0] = (char)sign;
	} else {
		return err_set(e, RC_REJECT,
		    "\\%.1s is not one of \\n \\t \\e \\0 \\\\", r->at + 1);
	}
	r->at++;
	return RC_OK;
}

/* One sign of plain text. */
static enum rc
take_sign(struct reading *r, struct err *e)
{
	char bytes[2] = { r->at[0], '\0' };
	struct format_piece *p = growing(r);
	size_t n = 1;

	if (p == NULL)
		return err_set(e, RC_REJECT, "has too many parts");
	if (bytes[0] == '\\')
		TRY(take_escape(r, bytes, &n, e));
	else if (bytes[0] == '%')
		r->at++; /* the first of %% */
	else if (bytes[0] == '"')
		r->quoted = !r->quoted;
	r->at++;
	memcpy(r->f->text + r->used, bytes, n);
	r->used += n;
	p->text.n += n;
	return RC_OK;
}

static bool
take_number(struct reading *r, size_t *v)
{
	size_t n = strspn(r->at, "0123456789");
	int64_t number = 0;

	if (n > 0 && !str_i64((struct str){ r->at, n }, &number))
		return false;
	r->at += n;
	*v = (size_t)number;
	return number <= WIDTH_MAX;
}

/* %-12.12{type} */
static enum rc
take_field(struct reading *r, struct err *e)
{
	struct format_piece *p = add_piece(r);
	const char *from = r->at++;
	size_t n;

	if (p == NULL)
		return err_set(e, RC_REJECT, "has too many parts");
	p->left = *r->at == '-';
	r->at += p->left;
	if (!take_number(r, &p->width))
		return err_set(e, RC_REJECT, "a width above %d", WIDTH_MAX);
	if (*r->at == '.' && (r->at++, !take_number(r, &p->max)))
		return err_set(e, RC_REJECT, "a width above %d", WIDTH_MAX);
	n = strcspn(r->at, "}");
	if (*r->at != '{' || r->at[n] != '}')
		return err_set(e, RC_REJECT,
		    "\"%.20s\" is not %%{FIELD}; a percent sign is %%%%", from);
	if (r->f->json && (p->width > 0 || p->max > 0))
		return err_set(e, RC_REJECT, "JSON has no widths");
	p->what = (struct str){ r->f->text + r->used, n - 1 };
	memcpy(r->f->text + r->used, r->at + 1, n - 1);
	r->used += n - 1;
	r->at += n + 1;
	return tail_value_known(p->what)
		   ? RC_OK
		   : err_set(e, RC_REJECT, "no field %%{%.*s}",
			 STR_ARG(str_cut(p->what, 0, 40)));
}

/* Whether an event of which nothing is known comes out as one JSON value. */
static bool
is_json(const struct tail_format *f)
{
	static const struct tail_event nothing = { .seq = 1 };
	static const struct print_clock clock = { .how = TIME_NONE };
	json_error_t why;
	struct buf out;
	json_t *v;

	buf_init(&out, VALUE_MAX);
	format_put(f, &clock, &nothing, &out);
	v = json_loadb(
	    out.p != NULL ? out.p : "", out.n, JSON_DECODE_ANY, &why);
	json_decref(v);
	buf_fini(&out);
	return v != NULL;
}

enum rc
format_parse(struct tail_format *f, const char *text, bool json, struct err *e)
{
	struct reading r = { .f = f, .at = text };
	const struct format_piece *last;
	char end;

	f->n = 0;
	f->json = json;
	if (text[0] == '\0' || strlen(text) >= FORMAT_TEXT_MAX)
		return err_set(e, RC_REJECT, "is empty, or too long");
	while (*r.at != '\0') {
		bool field = r.at[0] == '%' && r.at[1] != '%';

		TRY(field ? take_field(&r, e) : take_sign(&r, e));
	}
	last = &f->pieces[f->n - 1];
	end = last->text.n > 0 ? last->text.p[last->text.n - 1] : ' ';
	f->ended = end == '\n' || end == '\0';
	if (json && !is_json(f))
		return err_set(e, RC_REJECT, "does not make one JSON value");
	return RC_OK;
}

static void
put_columns(const struct format_piece *p, struct tail_value v, struct buf *out)
{
	struct str text = v.there ? v.text : STR(NOTHING);
	struct buf cut;
	size_t used, pad;

	buf_init(&cut, VALUE_MAX);
	used = columns_put(&cut, text, p->max > 0 ? p->max : SIZE_MAX / 2);
	pad = p->width > used ? p->width - used : 0;
	columns_pad(out, p->left ? 0 : pad);
	buf_str(out, buf_get(&cut));
	columns_pad(out, p->left ? pad : 0);
	buf_fini(&cut);
}

/* TEXT without the quotes that JSON puts around it. */
static void
put_inside(struct str text, struct buf *out)
{
	struct buf quoted;

	buf_init(&quoted, VALUE_MAX);
	wire_json_str(text, &quoted);
	if (quoted.failed)
		out->failed = true;
	else
		buf_put(out, quoted.p + 1, quoted.n - 2);
	buf_fini(&quoted);
}

static void
put_json(const struct format_piece *p, struct tail_value v, struct buf *out)
{
	if (p->quoted)
		put_inside(v.there ? v.text : STR(""), out);
	else if (!v.there)
		buf_z(out, "null");
	else if (v.is_text)
		wire_json_str(v.text, out);
	else
		buf_str(out, v.text);
}

void
format_put(const struct tail_format *f, const struct print_clock *c,
    const struct tail_event *ev, struct buf *out)
{
	struct buf room;

	buf_init(&room, VALUE_MAX);
	for (size_t i = 0; i < f->n; i++) {
		const struct format_piece *p = &f->pieces[i];
		struct tail_value v;

		if (p->what.n == 0) {
			buf_str(out, p->text);
			continue;
		}
		buf_reset(&room);
		v = tail_value(&(struct tail_asked){ ev, c, p->what, &room });
		if (f->json)
			put_json(p, v, out);
		else
			put_columns(p, v, out);
	}
	if (!f->ended)
		buf_char(out, '\n');
	buf_fini(&room);
}
