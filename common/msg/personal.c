#include "common/msg/personal.h"

#include "common/msg/number.h"

/* Words, and how far before a number they still speak of it, in bytes. */
#define HINT_REACH 24

static const struct {
	const char *word;
	enum number_hint hint;
} hints[] = {
	{ "电话", HINT_PHONE },
	{ "手机", HINT_PHONE },
	{ "座机", HINT_PHONE },
	{ "固话", HINT_PHONE },
	{ "传真", HINT_PHONE },
	{ "致电", HINT_PHONE },
	{ "拨打", HINT_PHONE },
	{ "回电", HINT_PHONE },
	{ "联系方式", HINT_PHONE },
	{ "tel", HINT_PHONE },
	{ "phone", HINT_PHONE },
	{ "身份证", HINT_IDENTITY },
	{ "证件", HINT_IDENTITY },
	{ "证号", HINT_IDENTITY },
	{ "护照", HINT_IDENTITY },
	{ "通行证", HINT_IDENTITY },
	{ "军官证", HINT_IDENTITY },
	{ "驾驶证", HINT_IDENTITY },
	{ "社保卡", HINT_IDENTITY },
	{ "医保卡", HINT_IDENTITY },
	{ "卡号", HINT_CARD },
	{ "银行卡", HINT_CARD },
	{ "账号", HINT_CARD },
	{ "账户", HINT_CARD },
};

static const char *const messengers[] = { "微信", "QQ", "qq", "VX", "vx",
	"支付宝", "抖音", "快手", "小红书", "邮箱", "WeChat", "wechat" };

/* What may stand between such a word and what it speaks of. */
static bool
is_connector(uint32_t r)
{
	return r == ' ' || r == ':' || r == 0xff1a || r == 0x53f7 ||
	       r == 0x7801 || r == 0x662f || r == 0x4e3a || r == '(' ||
	       r == 0xff08 || r == 0x7684 || r == 0xff0c || r == ',' ||
	       r == 0x540d || r == '.' || r == 0xa0 || r == 0x3000;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Whether T has WORD (lower case) right before byte AT. */
static bool
ends_with(struct str t, size_t at, const char *word)
{
	size_t n = strlen(word);

	if (n > at)
		return false;
	for (size_t i = 0; i < n; i++)
		if (lower(t.p[at - n + i]) != word[i])
			return false;
	return true;
}

/* AT moved back over connectors, a few at most. */
static size_t
before_connectors(struct str t, size_t at)
{
	size_t least = at > HINT_REACH ? at - HINT_REACH : 0;

	while (at > least) {
		size_t from = at - 1, pos;

		while (from > 0 && ((unsigned char)t.p[from] & 0xc0) == 0x80)
			from--;
		pos = from;
		if (!is_connector(str_rune(t, &pos)))
			break;
		at = from;
	}
	return at;
}

static enum number_hint
hint_before(struct str t, size_t at)
{
	size_t end = before_connectors(t, at);

	for (size_t i = 0; i < ARRAY_LEN(hints); i++)
		if (ends_with(t, end, hints[i].word))
			return hints[i].hint;
	return HINT_NONE;
}

static bool
is_x(uint32_t r)
{
	return r == 'x' || r == 'X' || r == 0xff38 || r == 0xff58 || r == 0xd7;
}

/* The X behind 17 digits, with a blank or hyphen before it perhaps. */
static size_t
end_of_x(struct str t, size_t at)
{
	size_t pos = at;
	uint32_t r;

	if (pos >= t.n)
		return 0;
	r = str_rune(t, &pos);
	if (digits_is_tight(r) && pos < t.n)
		r = str_rune(t, &pos);
	return is_x(r) ? pos : 0;
}

/* The number that begins at AT; if it is none, len is the way past it. */
static struct personal_hit
number_at(struct str t, size_t at)
{
	struct personal_hit hit = { PERSONAL_NONE, at, 0 };
	struct digits run;
	size_t n = 1, x = 0;

	digits_take(t, at, &run);
	if (run.n >= 17 && number_wants_x(&run, &n))
		x = end_of_x(t, run.group[n - 1].to);
	if (x > 0) {
		hit.kind = PERSONAL_IDENTITY;
		hit.len = x - at;
		return hit;
	}
	n = 1;
	/* Short ones need a word that says what they are. */
	if (run.n >= 6)
		hit.kind = number_kind(&run, hint_before(t, at), &n);
	hit.len = run.group[n - 1].to - at;
	return hit;
}

/* The one-character names of the provinces on number plates. */
static bool
is_province(uint32_t r)
{
	static const char all[] =
	    "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
	struct str s = STR(all);

	if (r < 0x4e00 || r > 0x9fff)
		return false;
	for (size_t at = 0; at < s.n;)
		if (str_rune(s, &at) == r)
			return true;
	return false;
}

static bool
is_letter(uint32_t r)
{
	return (r >= 'A' && r <= 'Z') || (r >= 'a' && r <= 'z') ||
	       (r >= 0xff21 && r <= 0xff3a) || (r >= 0xff41 && r <= 0xff5a);
}

/* 学警港澳挂领使试超: the last place of special plates. */
static bool
is_special(uint32_t r)
{
	return r == 0x5b66 || r == 0x8b66 || r == 0x6e2f || r == 0x6fb3 ||
	       r == 0x6302 || r == 0x9886 || r == 0x4f7f || r == 0x8bd5 ||
	       r == 0x8d85;
}

static bool
is_plain_digit(uint32_t r)
{
	return (r >= '0' && r <= '9') || (r >= 0xff10 && r <= 0xff19);
}

/* Length of the plate from FROM, a province, AT behind it; or 0. */
static size_t
plate_len(struct str t, size_t from, size_t at)
{
	size_t n = 0, digits = 0, end = 0, next;
	bool gap = false, special = false;

	while (at < t.n && n < 7 && !special) {
		uint32_t r;

		next = at;
		r = str_rune(t, &next);
		at = next;
		if (digits_is_tight(r) && !gap && r != '\n') {
			gap = true;
			continue;
		}
		special = n >= 5 && is_special(r);
		if (!special && !is_letter(r) && !is_plain_digit(r))
			break;
		if (n == 0 && !is_letter(r))
			return 0;
		digits += is_plain_digit(r);
		n++;
		end = at;
		gap = false;
	}
	/* 5 or 6 behind the letter, or 4 and the special place. */
	if (digits < 2 || n < 6)
		return 0;
	if (at < t.n && !special && n == 6) {
		next = end;
		if (is_special(str_rune(t, &next)))
			end = next;
	}
	return end - from;
}

static bool
is_handle(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.' ||
	       c == '+';
}

static size_t
handle_end(struct str t, size_t at)
{
	while (at < t.n && is_handle(t.p[at]))
		at++;
	return at;
}

/* A mail address from AT on, its end; 0: none.  Offices may be told. */
static size_t
mail_end(struct str t, size_t at)
{
	static const char office[] = "gov.cn";
	size_t user = handle_end(t, at), end, dot;
	struct str host;

	if (user == at || user + 1 >= t.n || t.p[user] != '@')
		return 0;
	end = handle_end(t, user + 1);
	while (end > user + 1 && t.p[end - 1] == '.')
		end--;
	host = str_cut(t, user + 1, end - user - 1);
	dot = str_find(host, '.');
	if (dot == 0 || dot >= host.n)
		return 0;
	return ends_with(t, end, office) ? 0 : end;
}

/* "微信号：abc_123" from its handle at AT on. */
static size_t
account_end(struct str t, size_t at)
{
	size_t end = handle_end(t, at), word = before_connectors(t, at);

	if (word > 1 && ends_with(t, word, "id"))
		word = before_connectors(t, word - 2);
	for (size_t i = 0; i < ARRAY_LEN(messengers) && end - at >= 5; i++) {
		size_t n = strlen(messengers[i]);

		if (n <= word && memcmp(t.p + word - n, messengers[i], n) == 0)
			return end;
	}
	return 0;
}

/* "护照号E12345678": letters may lead where a word says what it is. */
static size_t
document_end(struct str t, size_t at)
{
	size_t end = handle_end(t, at), digits = 0;

	for (size_t i = at; i < end; i++)
		digits += t.p[i] >= '0' && t.p[i] <= '9';
	return digits >= 6 && hint_before(t, at) == HINT_IDENTITY ? end : 0;
}

/* Where a word of letters and digits begins. */
static struct personal_hit
handle_at(struct str t, size_t at)
{
	bool begins = at == 0 || !is_handle(t.p[at - 1]);
	size_t end = begins ? mail_end(t, at) : 0;

	if (end == 0 && begins)
		end = account_end(t, at);
	if (end == 0 && begins && lower(t.p[at]) >= 'a') {
		end = document_end(t, at);
		if (end > 0)
			return (struct personal_hit){ PERSONAL_IDENTITY, at,
				end - at };
	}
	return (
	    struct personal_hit){ end > 0 ? PERSONAL_ACCOUNT : PERSONAL_NONE,
		at, end > 0 ? end - at : 1 };
}

/* What begins at AT; for nothing, how far to go on. */
static struct personal_hit
hit_at(struct str t, size_t at)
{
	struct personal_hit hit = { PERSONAL_NONE, at, 0 };
	size_t next = at, len;
	uint32_t r = str_rune(t, &next);

	if (r < 0x80 && is_handle((char)r)) {
		hit = handle_at(t, at);
		if (hit.kind != PERSONAL_NONE)
			return hit;
	}
	if (digit_of(r) != 0)
		return number_at(t, at);
	hit.len = next - at;
	/* The letter behind it is rarer than a Chinese character: it first. */
	len = plate_len(t, at, next);
	if (len > 0 && is_province(r)) {
		hit.kind = PERSONAL_PLATE;
		hit.len = len;
	}
	return hit;
}

struct personal_hit
personal_find(struct str t, size_t from)
{
	while (from < t.n) {
		struct personal_hit hit = hit_at(t, from);

		if (hit.kind != PERSONAL_NONE)
			return hit;
		from += hit.len;
	}
	return (struct personal_hit){ PERSONAL_NONE, t.n, 0 };
}

const char *
personal_name(enum personal_kind kind)
{
	static const char *const names[] = {
		[PERSONAL_NONE] = "nothing",
		[PERSONAL_PHONE] = "a phone number",
		[PERSONAL_IDENTITY] = "an identity number",
		[PERSONAL_PLATE] = "a number plate",
		[PERSONAL_CARD] = "a bank card number",
		[PERSONAL_ACCOUNT] = "a mail address or account",
	};

	return names[kind];
}
