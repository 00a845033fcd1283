#include "tests/lib/hex.h"

#include <jansson.h>
#include <stdio.h>

static int
digit(char c)
{
	static const char all[] = "0123456789abcdef";
	const char *p = c != '\0' ? strchr(all, c) : NULL;

	return p != NULL ? (int)(p - all) : -1;
}

void
hex_put(struct buf *b, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == ' ' || *p == '\n')
			continue;
		must(digit(p[0]) >= 0 && digit(p[1]) >= 0);
		buf_char(b, (char)(digit(p[0]) << 4 | digit(p[1])));
		p++;
	}
}

void
hex_file(struct buf *b, const char *path)
{
	FILE *f = fopen(path, "r");
	char line[256];

	if (f == NULL)
		(void)fprintf(stderr, "%s is missing\n", path);
	must(f != NULL);
	while (fgets(line, sizeof(line), f) != NULL)
		if (line[0] != '#')
			hex_put(b, line);
	(void)fclose(f);
}

void
hex_print(struct str bytes, struct buf *out)
{
	for (size_t i = 0; i < bytes.n; i++)
		buf_printf(out, "%02x%s", (unsigned char)bytes.p[i],
		    i % 32 == 31 || i + 1 == bytes.n ? "\n" : " ");
}

/* xorshift64* */
uint32_t
noise(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return (uint32_t)(*seed * UINT64_C(0x2545f4914f6cdd1d) >> 32);
}

static void
mutate_once(struct buf *b, uint64_t *seed)
{
	size_t at = noise(seed) % b->n;
	char c = (char)noise(seed);

	switch (noise(seed) % 3) {
	case 0:
		b->p[at] = c;
		break;
	case 1:
		memmove(b->p + at, b->p + at + 1, b->n - at - 1);
		b->n--;
		break;
	default:
		buf_char(b, c);
		memmove(b->p + at + 1, b->p + at, b->n - at - 1);
		b->p[at] = c;
	}
}

void
noise_mutate(struct buf *b, uint64_t *seed)
{
	for (uint32_t n = noise(seed) % 4 + 1; n > 0 && b->n > 1; n--)
		mutate_once(b, seed);
}

bool
json_sound(struct str text)
{
	json_t *v = json_loadb(text.p, text.n,
	    JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL |
		JSON_REJECT_DUPLICATES,
	    NULL);
	bool ok = v != NULL;

	json_decref(v);
	return ok;
}
