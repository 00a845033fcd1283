#include "tests/sim/draft.h"

void
draft_report(struct draft *d)
{
	static const char *const texts[] = {
		"水沟堵了，水漫到路上，村口的桥边很臭",
		"村口桥边的水沟又堵了，水漫到路上",
		"路灯不亮，晚上看不见",
		"隔壁装修到半夜，吵得睡不着",
		"有人在河边倒垃圾，好几天没有清",
		"邻居占了我家的地，谈不拢",
		"厂里的烟味道很大，窗都不敢开",
	};
	static const char *const phones = "10000000000~10000000001~10000000002";
	struct msg_sealed_report part = { .name = STR("测试人") };
	struct buf plain;

	draft_begin(d, &msg_report_submit_desc);
	d->division =
	    draft_one_of(d, STR("330122109219~330122109219~330122109219~"
				"330122109219~330122109~330122102~330122"));
	draft_fill(
	    d, STR("channel=hotline~hotline~grid~app~sensor~visit~inspection~"
		   "agency~wish~wish; "
		   "reporter=~citizen~anonymous; place=村口~桥边~河边; "
		   "matter=~~EN-010~EN-005~EN-015~CA-003~CA-003~DP-001~"
		   "DP-001~CA-001~EN-010~VA-030~XX-999; urgent=~~~yes; "
		   "lat=~29.93~29.9301; visit=~~~HF-1; "
		   "officer=~~OF-GW-0323"));
	if (((struct msg_report_submit *)d->msg)->lat > 0)
		draft_set(d, "lon", STR("119.45"));
	if (((struct msg_report_submit *)d->msg)->officer.n > 0)
		draft_set(d, "unit", STR("330122109219-V"));
	draft_set(
	    d, "summary", str_of(texts[draft_throw(d, ARRAY_LEN(texts))]));
	if (draft_throw(d, 3) == 0)
		return;
	part.phone = draft_one_of(d, str_of(phones));
	part.text = str_of(texts[draft_throw(d, ARRAY_LEN(texts))]);
	buf_init(&plain, 4096);
	msg_encode(&msg_sealed_report_desc, &part, &plain);
	d->sealed = arena_str(d->arena, buf_get(&plain));
	buf_fini(&plain);
}
