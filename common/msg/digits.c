#include "common/msg/digits.h"

enum script {
	SCRIPT_NONE,
	SCRIPT_PLAIN,   /* 7, full-width, mathematical */
	SCRIPT_CHINESE, /* read out: characters for digits */
	SCRIPT_CIRCLED, /* also numbers the items of a list */
};

#define SEPARATORS_MAX 3

/* '0'..'9' for a character that is read out as a digit, else 0. */
static char
chinese_digit(uint32_t r)
{
	switch (r) {
	case 0x96f6: /* 零 〇 and the circle that stands for it */
	case 0x3007:
	case 0x25cb:
		return '0';
	case 0x4e00: /* 一 幺 壹 */
	case 0x5e7a:
	case 0x58f9:
		return '1';
	case 0x4e8c: /* 二 两 贰 */
	case 0x4e24:
	case 0x8d30:
		return '2';
	case 0x4e09: /* 三 叁 */
	case 0x53c1:
		return '3';
	case 0x56db: /* 四 肆 */
	case 0x8086:
		return '4';
	case 0x4e94: /* 五 伍 */
	case 0x4f0d:
		return '5';
	case 0x516d: /* 六 陆 */
	case 0x9646:
		return '6';
	case 0x4e03: /* 七 柒 */
	case 0x67d2:
		return '7';
	case 0x516b: /* 八 捌 */
	case 0x634c:
		return '8';
	case 0x4e5d: /* 九 玖 */
	case 0x7396:
		return '9';
	default:
		return 0;
	}
}

static enum script
script_of(uint32_t r, char *digit)
{
	*digit = 0;
	if (r >= '0' && r <= '9')
		*digit = (char)r;
	else if (r >= 0xff10 && r <= 0xff19)
		*digit = (char)('0' + (r - 0xff10));
	else if (r >= 0x1d7ce && r <= 0x1d7ff)
		*digit = (char)('0' + (r - 0x1d7ce) % 10);
	if (*digit != 0)
		return SCRIPT_PLAIN;
	if (r == 0x24ea || (r >= 0x2460 && r <= 0x2468)) {
		*digit = r == 0x24ea ? '0' : (char)('1' + (r - 0x2460));
		return SCRIPT_CIRCLED;
	}
	*digit = chinese_digit(r);
	return *digit != 0 ? SCRIPT_CHINESE : SCRIPT_NONE;
}

char
digit_of(uint32_t r)
{
	char d;

	(void)script_of(r, &d);
	return d;
}

/* Joiners, variation selectors and key caps stand for nothing. */
static bool
is_nothing(uint32_t r)
{
	return r == 0xad || r == 0x200c || r == 0x200d || r == 0x2060 ||
	       r == 0x20e3 || r == 0xfe0e || r == 0xfe0f;
}

bool
digits_is_tight(uint32_t r)
{
	return r == ' ' || r == '\t' || r == '\n' || r == '-' || r == '.' ||
	       r == '_' || r == 0xa0 || r == 0xb7 || r == 0x2022 ||
	       (r >= 0x2000 && r <= 0x2015) || r == 0x202f || r == 0x2212 ||
	       r == 0x3000 || r == 0x30fb || r == 0xfe58 || r == 0xfe63 ||
	       r == 0xff0d || r == 0xff0e;
}

static bool
is_separator(uint32_t r)
{
	return digits_is_tight(r) || r == ',' || r == '/' || r == '(' ||
	       r == ')' || r == '+' || r == ':' || r == ';' || r == '~' ||
	       r == '*' || r == 0x3001 || r == 0x3002 || r == 0xff08 ||
	       r == 0xff09 || r == 0xff0c || r == 0xff0f || r == 0xff1a ||
	       r == 0xff1b || r == 0xff5e;
}

/* Reads the group at AT; false when it does not fit into OUT any more. */
static bool
take_group(struct str t, size_t at, struct digits *out, struct digit_group *g)
{
	enum script kind = SCRIPT_NONE;
	bool fits = true;

	*g = (struct digit_group){ .from = at, .to = at, .first = out->n };
	while (at < t.n) {
		char d;
		uint32_t r = str_rune(t, &at);
		enum script s = script_of(r, &d);

		if (kind != SCRIPT_NONE && is_nothing(r))
			continue;
		if (s == SCRIPT_NONE || (kind != SCRIPT_NONE && s != kind))
			break;
		kind = s;
		fits = fits && out->n < DIGITS_MAX;
		if (fits)
			out->d[out->n++] = d;
		g->n++;
		g->to = at;
	}
	return fits;
}

/* Byte of the next digit after AT when few separators stand between. */
static bool
skip_gap(struct str t, size_t *at, struct digit_group *g)
{
	size_t pos = *at, next;

	for (g->wide = 0; pos < t.n; pos = next) {
		uint32_t r;

		next = pos;
		r = str_rune(t, &next);
		if (digit_of(r) != 0) {
			*at = pos;
			return true;
		}
		if (is_nothing(r))
			continue;
		if (!is_separator(r) || g->wide == SEPARATORS_MAX)
			return false;
		/* "138 - 1234": it is the hyphen that counts. */
		if (g->gap == 0 || g->gap == ' ')
			g->gap = r;
		g->wide++;
	}
	return false;
}

void
digits_take(struct str t, size_t at, struct digits *out)
{
	struct digit_group gap = { .gap = 0 };

	out->n = 0;
	out->n_groups = 0;
	while (out->n_groups < DIGITS_GROUPS_MAX) {
		struct digit_group *g = &out->group[out->n_groups];
		bool fits = take_group(t, at, out, g);

		g->gap = gap.gap;
		g->wide = gap.wide;
		if (!fits) {
			out->n = g->first;
			g->n = 0;
			out->n_groups += out->n_groups == 0;
			return;
		}
		out->n_groups++;
		at = g->to;
		gap = (struct digit_group){ .gap = 0 };
		if (!skip_gap(t, &at, &gap))
			return;
	}
}
