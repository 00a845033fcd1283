/* huying top: the terminal, its keys, and when to look again. */
#include "cli/top.h"

#include "cli/cli.h"
#include "cli/when.h"
#include "common/base/signals.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#define INTERVAL_MS 2000
#define INTERVAL_MIN_MS 500
#define SLICE_MS 200
/* Looking may take so small a part of the time, whatever --interval says. */
#define LOOK_SHARE 10
#define ONCE_ROWS 20
#define ARENA_MAX ((size_t)64 << 20)
#define OUT_MAX ((size_t)16 << 20)
#define PATIENCE_MS 30000

#define SCREEN_BEGIN "\033[?1049h\033[?25l"
#define SCREEN_END "\033[?25h\033[?1049l"
#define CLEAR_LINE "\033[K\n"

static const char usage[] =
    "usage: huying top [--once] [options]\n"
    "\n"
    "Units, calls and limits as they are now, in a terminal: who has how much\n"
    "work, what was warned of, what is late; which calls are open and who is\n"
    "not there; what runs out next.  Reads, and changes nothing.\n"
    "\n"
    "  --division CODE   one place and all inside it\n"
    "  --sort KEY        overdue, due, work, calls or name\n"
    "  --interval SPAN   look so often (2s); where a look takes long, more\n"
    "                    seldom, so that it costs a tenth of one core at most\n"
    "  --once            print it once, without a terminal\n"
    "  --rows N          --once: so many of each part (20)\n"
    "  -o json           --once: one object a line (--json says the same)\n"
    "  --db DSN          libpq connection string\n"
    "\n"
    "Keys: q quit; o late, d due, w work, c calls, n name: sort by that, "
    "again\n"
    "the other way round; u units, k calls, l limits alone, a all; blank look\n"
    "now; p stop and go on.\n"
    "\n"
    "Exit codes: 0 told, 2 wrong usage, 3 no database.\n";

struct top {
	struct names names;
	struct arena *arena;
	struct top_data data;
	struct top_view view;
	struct str division;
	struct buf out;
	int64_t interval_ms;
	int64_t look_at_ms; /* monotonic */
	int64_t looked_ms;
	int signals;
	struct termios before;
	bool failed; /* the last look */
	struct err why;
};

static void
look(struct top *t)
{
	int64_t began = clock_mono_ms(), head = t->data.head, took, wait;
	int64_t since = began - t->looked_ms;

	t->failed = top_read(&t->names, t->division, t->arena, &t->data,
			&t->why) != RC_OK;
	if (t->failed)
		db_rollback(t->names.db);
	took = clock_mono_ms() - began;
	wait = took * LOOK_SHARE;
	t->look_at_ms =
	    clock_mono_ms() + (wait > t->interval_ms ? wait : t->interval_ms);
	if (t->failed)
		return;
	if (t->looked_ms > 0 && since > 0)
		t->data.per_minute = (t->data.head - head) * MINUTE_MS / since;
	t->looked_ms = began;
	top_order(&t->data, t->view.sort, t->view.reverse);
}

static void
take_size(struct top *t)
{
	struct winsize size;

	t->view.width = 80;
	t->view.height = 24;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
		t->view.width = size.ws_col;
		t->view.height = size.ws_row;
	}
}

static void
draw(struct top *t)
{
	buf_reset(&t->out);
	buf_z(&t->out, "\033[H");
	top_draw(&t->data, &t->view, CLEAR_LINE, &t->out);
	buf_z(&t->out, "\033[J");
	if (t->failed)
		buf_printf(&t->out, "\033[%zuH\033[K%.*s", t->view.height,
		    (int)t->view.width, t->why.text);
	else
		buf_printf(&t->out, "\033[%zuH\033[K%.*s", t->view.height,
		    (int)t->view.width,
		    "q quit  sort: o late d due w work c calls n name  "
		    "show: u units k calls l limits a all  p stop");
	(void)fwrite(t->out.p, 1, t->out.n, stdout);
	(void)fflush(stdout);
}

static void
sort_by(struct top *t, enum top_sort sort)
{
	t->view.reverse = t->view.sort == sort && !t->view.reverse;
	t->view.sort = sort;
	top_order(&t->data, sort, t->view.reverse);
}

/* False: quit. */
static bool
take_key(struct top *t, char key)
{
	static const char sorts[] = "odwcn", parts[] = "aukl";
	const char *at;

	if (key == 'q' || key == '\033' || key == '\003' || key == '\004')
		return false;
	if (key != '\0' && (at = strchr(sorts, key)) != NULL)
		sort_by(t, (enum top_sort)(at - sorts));
	else if (key != '\0' && (at = strchr(parts, key)) != NULL)
		t->view.part = (enum top_part)(at - parts);
	else if (key == 'p')
		t->view.stopped = !t->view.stopped;
	else if (key == ' ')
		look(t);
	return true;
}

/* Waits for a key, a signal, another size, or the next look. */
static bool
wait_a_little(struct top *t, bool *draw_again)
{
	struct pollfd fds[] = { { STDIN_FILENO, POLLIN, 0 },
		{ t->signals, POLLIN, 0 } };
	size_t width = t->view.width, height = t->view.height;
	char key[16];
	ssize_t n;

	(void)poll(fds, ARRAY_LEN(fds), SLICE_MS);
	if (fds[1].revents != 0)
		return false;
	if (fds[0].revents != 0) {
		n = read(STDIN_FILENO, key, sizeof(key));
		if (n <= 0)
			return false; /* the terminal is gone */
		*draw_again = true;
		/* Of an arrow key and its like: nothing. */
		if (n > 1 && key[0] == '\033')
			return true;
		for (ssize_t i = 0; i < n; i++)
			if (!take_key(t, key[i]))
				return false;
	}
	take_size(t);
	if (t->view.width != width || t->view.height != height)
		*draw_again = true;
	return true;
}

static void
begin_screen(struct top *t)
{
	struct termios raw;

	(void)tcgetattr(STDIN_FILENO, &t->before);
	raw = t->before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VSUSP] = _POSIX_VDISABLE;
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	(void)fputs(SCREEN_BEGIN, stdout);
}

static void
end_screen(const struct top *t)
{
	(void)fputs(SCREEN_END, stdout);
	(void)fflush(stdout);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &t->before);
}

static void
watch(struct top *t)
{
	bool go_on = true, draw_again = true;

	begin_screen(t);
	while (go_on) {
		if (!t->view.stopped && clock_mono_ms() >= t->look_at_ms) {
			look(t);
			draw_again = true;
		}
		if (draw_again)
			draw(t);
		draw_again = false;
		go_on = wait_a_little(t, &draw_again);
	}
	end_screen(t);
}

static int
tell_once(struct top *t, bool json)
{
	look(t);
	if (t->failed) {
		cli_say("%s", t->why.text);
		return EXIT_CONNECT;
	}
	if (json)
		top_json(&t->data, &t->out);
	else
		top_draw(&t->data, &t->view, "\n", &t->out);
	(void)fwrite(t->out.p, 1, t->out.n, stdout);
	return EXIT_OK;
}

static int
wrong(const char *what, const char *value)
{
	cli_say("%s %s: huying top --help tells more", what, value);
	return EXIT_USAGE;
}

struct asked {
	const char *dsn, *division, *sort, *interval, *rows, *format;
	bool once, json;
};

static int
take_options(struct top *t, const struct asked *a)
{
	int64_t rows = ONCE_ROWS;
	size_t i = 0;

	t->interval_ms = INTERVAL_MS;
	if (a->interval != NULL &&
	    (!when_parse_span(str_of(a->interval), &t->interval_ms) ||
		t->interval_ms < INTERVAL_MIN_MS))
		return wrong("--interval", a->interval);
	if (a->rows != NULL && (!str_i64(str_of(a->rows), &rows) || rows < 1 ||
				   rows > TOP_UNITS_MAX))
		return wrong("--rows", a->rows);
	t->view.rows = (size_t)rows;
	while (a->sort != NULL && i < ARRAY_LEN(top_sorts) &&
	       strcmp(a->sort, top_sorts[i]) != 0)
		i++;
	if (i == ARRAY_LEN(top_sorts))
		return wrong("--sort", a->sort);
	t->view.sort = (enum top_sort)i;
	t->division = str_of(a->division);
	t->data.per_minute = -1;
	t->data.n_packs = -1;
	return -1;
}

static int
run(struct top *t, const struct asked *a)
{
	bool screen = !a->once && !a->json && isatty(STDIN_FILENO) == 1 &&
		      isatty(STDOUT_FILENO) == 1;
	int code = cli_db(a->dsn, "huying top", NULL, 0, &t->names.db);
	struct err e;

	if (code >= 0)
		return code;
	names_adopt(&t->names);
	db_patience(t->names.db, PATIENCE_MS);
	if (top_prepare(t->names.db, &e) != RC_OK) {
		cli_say("%s", e.text);
		return EXIT_CONNECT;
	}
	t->view.colour = cli_colour(NULL);
	if (!screen)
		return tell_once(t, a->json);
	t->signals = signals_open();
	take_size(t);
	watch(t);
	(void)close(t->signals);
	return EXIT_OK;
}

int
cmd_top(int argc, char **argv)
{
	struct asked a = { .once = false };
	const struct option_row rows[] = { { "--db", &a.dsn, NULL },
		{ "--division", &a.division, NULL },
		{ "--sort", &a.sort, NULL },
		{ "--interval", &a.interval, NULL },
		{ "--rows", &a.rows, NULL }, { "-o", &a.format, NULL },
		{ "--json", NULL, &a.json }, { "--once", NULL, &a.once } };
	const struct options o = { usage, rows, ARRAY_LEN(rows), NULL, 0 };
	struct top *t = xcalloc(1, sizeof(*t));
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code < 0)
		code = cli_json(a.format, argv[0], &a.json);
	if (code < 0)
		code = take_options(t, &a);
	if (code < 0) {
		t->arena = arena_new(ARENA_MAX);
		buf_init(&t->out, OUT_MAX);
		code = run(t, &a);
		names_close(&t->names);
		buf_fini(&t->out);
		arena_free(&t->arena);
	}
	free(t);
	return code;
}
