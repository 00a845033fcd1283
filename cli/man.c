/*
 * Man pages from help texts: what stands at the margin is a paragraph, what
 * stands two columns in is a term and its explanation, or a command line to
 * be shown as it is.
 */
#include "cli/help.h"

#include "common/base/version.h"

enum block {
	BLOCK_TEXT,
	BLOCK_ITEM,
	BLOCK_CODE,
};

struct page {
	struct buf *out;
	enum block block;
	bool fresh; /* a heading is above: no paragraph begins */
	bool gap;   /* an empty line was */
};

/* As it is, whatever roff thinks of it. */
static void
put_text(struct buf *out, struct str s)
{
	if (s.n > 0 && (s.p[0] == '.' || s.p[0] == '\''))
		buf_z(out, "\\&");
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\\')
			buf_z(out, "\\e");
		else if (s.p[i] == '-')
			buf_z(out, "\\-");
		else
			buf_char(out, s.p[i]);
}

static void
put_line(struct buf *out, struct str s)
{
	put_text(out, s);
	buf_char(out, '\n');
}

static void
end_code(struct page *p)
{
	if (p->block == BLOCK_CODE)
		buf_z(p->out, ".fi\n.RE\n");
	p->block = BLOCK_TEXT;
}

static void
heading(struct page *p, const char *words)
{
	end_code(p);
	buf_printf(p->out, ".SH %s\n", words);
	p->fresh = true;
	p->gap = false;
}

static struct str
trim(struct str s)
{
	while (s.n > 0 && s.p[0] == ' ')
		s = str_cut(s, 1, s.n);
	while (s.n > 0 && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

static void
paragraph(struct page *p, struct str line)
{
	bool begins = p->block != BLOCK_TEXT || p->gap;

	end_code(p);
	if (begins && !p->fresh)
		buf_z(p->out, ".PP\n");
	put_line(p->out, line);
	p->fresh = p->gap = false;
}

static void
code(struct page *p, struct str line)
{
	if (p->block != BLOCK_CODE)
		buf_printf(p->out, "%s.RS 2\n.nf\n", p->fresh ? "" : ".PP\n");
	put_line(p->out, line);
	p->block = BLOCK_CODE;
	p->fresh = p->gap = false;
}

/* "--rate N   so many a second": the term ends with two blanks. */
static void
item(struct page *p, struct str line)
{
	size_t n = str_search(line, STR("  "));

	end_code(p);
	buf_z(p->out, ".TP\n.B \"");
	put_text(p->out, str_cut(line, 0, n));
	buf_z(p->out, "\"\n");
	if (n < line.n)
		put_line(p->out, trim(str_cut(line, n, line.n)));
	p->block = BLOCK_ITEM;
	p->fresh = p->gap = false;
}

static void
indented(struct page *p, struct str line, size_t depth)
{
	struct str text = trim(line);

	if (depth == 2 && str_starts(text, STR("huying ")))
		code(p, text);
	else if (depth > 2 && p->block == BLOCK_CODE)
		code(p, str_cut(line, 2, line.n));
	else if (depth == 2)
		item(p, text);
	else
		put_line(p->out, text);
}

static void
body(struct page *p, struct str line)
{
	static const char *const codes[] = { "Exit codes: ", "exit codes: " };
	size_t depth = 0;

	while (depth < line.n && line.p[depth] == ' ')
		depth++;
	if (depth == line.n) {
		p->gap = true;
		return;
	}
	if (depth > 0) {
		indented(p, line, depth);
		return;
	}
	if (str_is(line, "examples:")) {
		heading(p, "EXAMPLES");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (str_starts(line, str_of(codes[i]))) {
			heading(p, "EXIT STATUS");
			line = str_cut(line, strlen(codes[i]), line.n);
		}
	paragraph(p, line);
}

static void
title(const char *tool, const char *name, struct buf *out)
{
	buf_z(out, ".\\\" Made from the help text by huying help \\-\\-man.\n");
	buf_printf(out, ".TH %s%s 1 \"\" \"huying " VERSION "\" \"Huying\"\n",
	    tool, name);
}

static void
synopsis(struct page *p, struct str *rest)
{
	struct str before = *rest, line;

	heading(p, "SYNOPSIS");
	buf_z(p->out, ".nf\n");
	while (str_next(rest, '\n', &line)) {
		if (!str_starts(line, STR("usage: huying ")) &&
		    !str_starts(line, STR("       "))) {
			*rest = before;
			break;
		}
		put_line(p->out, str_cut(line, 7, line.n));
		before = *rest;
	}
	buf_z(p->out, ".fi\n");
}

void
man_command(
    const char *name, const char *words, struct str help, struct buf *out)
{
	struct page p = { .out = out };
	struct str line;

	title("HUYING\\-", name, out);
	heading(&p, "NAME");
	buf_printf(out, "huying\\-%s \\- ", name);
	put_line(out, str_of(words));
	synopsis(&p, &help);
	heading(&p, "DESCRIPTION");
	while (str_next(&help, '\n', &line))
		body(&p, line);
	heading(&p, "SEE ALSO");
	put_line(out, STR("huying(1)"));
}

static void
put_settings(struct page *p)
{
	static const struct {
		const char *name;
		const char *words;
	} settings[] = {
#define CONF(name, env, preset, doc) { env, doc },
#include "common/conf/conf.def"
#undef CONF
	};

	heading(p, "ENVIRONMENT");
	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		buf_printf(p->out, ".TP\n.B %s\n", settings[i].name);
		put_line(p->out, str_of(settings[i].words));
	}
}

void
man_tool(struct buf *out)
{
	struct page p = { .out = out };

	title("HUYING", "", out);
	heading(&p, "NAME");
	put_line(out,
	    STR("huying - bus and services for the township's call and the "
		"county's response"));
	heading(&p, "SYNOPSIS");
	buf_z(out, ".B huying\n.I command\n[...]\n");
	heading(&p, "DESCRIPTION");
	put_line(out,
	    STR("One tool for operators and integrators: it starts an "
		"installation, shows what goes on and publishes events.  Each "
		"command has a page of its own, huying-COMMAND(1), and a "
		"--help."));
	heading(&p, "COMMANDS");
	for (size_t i = 0; i < help_count; i++) {
		buf_printf(out, ".TP\n.B %s\n", help_commands[i].name);
		put_line(out, str_of(help_commands[i].words));
	}
	put_settings(&p);
	heading(&p, "EXIT STATUS");
	put_line(out,
	    STR("0 fine, 1 nothing found or refused, 2 wrong usage, 3 cannot "
		"connect."));
	heading(&p, "SEE ALSO");
	for (size_t i = 0; i < help_count; i++)
		buf_printf(out, "huying\\-%s(1)%s\n", help_commands[i].name,
		    i + 1 < help_count ? "," : "");
}
