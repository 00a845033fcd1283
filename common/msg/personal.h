/*
 * Personal data that a machine can see in free text (pure): phone numbers,
 * identity numbers, number plates, bank cards, accounts.  Names are
 * intake's to know.
 */
#ifndef MSG_PERSONAL_H
#define MSG_PERSONAL_H

#include "common/base/str.h"

enum personal_kind {
	PERSONAL_NONE,
	PERSONAL_PHONE,    /* 11 digits from 1; area code and 7-8 digits;
			      7-8 digits after a word like "phone" */
	PERSONAL_IDENTITY, /* 18 characters, or the old 15 digits; any number
			      after a word like "passport" */
	PERSONAL_PLATE,    /* province, letter, 4-6 letters and digits */
	PERSONAL_CARD,     /* of a bank: 16-19 digits */
	PERSONAL_ACCOUNT,  /* mail address; name or number at a messenger */
};

struct personal_hit {
	enum personal_kind kind;
	size_t from; /* bytes of the text */
	size_t len;
};

/*
 * The first hit at or after byte FROM of TEXT, which is valid UTF-8 (FROM
 * at a character); kind PERSONAL_NONE when there is none.  Blanks, hyphens,
 * dots and punctuation where people put them do not hide a number, nor do
 * full-width or Chinese digits.
 */
struct personal_hit personal_find(struct str text, size_t from);
/*
 * The same for ids and codes (ASCII), in the shapes of a slip, not of a
 * disguise: a mobile or landline number, or an identity number whose check
 * digit is right, that stands by itself: "tel-13800138000".  Not in UUIDs,
 * hashes, numbers of casefiles, times, counters; cards are not looked for.
 */
enum personal_kind personal_in_code(struct str code);
const char *personal_name(enum personal_kind kind);

#endif
