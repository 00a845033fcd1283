#include "common/msg/plain.h"

/*
 * Characters that show nothing or turn the text around them: controls but
 * tab and newline, marks of direction, invisible ones, no characters at all.
 */
static const struct {
	uint32_t first;
	uint32_t last;
} unwanted[] = {
	{ 0x00, 0x08 },
	{ 0x0b, 0x1f },
	{ 0x7f, 0x9f },
	{ 0x61c, 0x61c },
	{ 0x180e, 0x180e },
	{ 0x200b, 0x200b },
	{ 0x200e, 0x200f },
	{ 0x2028, 0x202e },
	{ 0x2060, 0x206f },
	{ 0xfdd0, 0xfdef },
	{ 0xfeff, 0xfeff },
	{ 0xfff9, 0xfffb },
	{ 0xe0000, 0xe007f },
};

bool
plain_rune(uint32_t r)
{
	for (size_t i = 0; i < ARRAY_LEN(unwanted); i++)
		if (r >= unwanted[i].first && r <= unwanted[i].last)
			return false;
	return (r & 0xfffe) != 0xfffe;
}

bool
plain_ok(struct str s)
{
	for (size_t at = 0; at < s.n;) {
		uint32_t r = str_rune(s, &at);
		bool usual =
		    (r >= 0x20 && r < 0x7f) || (r >= 0x3000 && r < 0xd800);

		if (!usual && !plain_rune(r))
			return false;
	}
	return true;
}
