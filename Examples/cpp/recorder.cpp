// Records a channel from its first user's coming to the first one's leaving, prints what happens, and counts what it sees and
// hears meanwhile.
//
//     ./recorder CHANNEL [CONFIGURATION]
//
// CONFIGURATION is the JSON that lathe_service_create takes, such as {"recordRoot": "/rec", "httpPort": 8081}.
#include <lathe.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>

// Ends the program with the sentence of the call that failed; hands on what it returned otherwise.
static int32_t must(int32_t status, const char *what) {
    if (status >= 0) return status;
    char sentence[512];
    lathe_last_error(sentence, sizeof sentence);
    std::fprintf(stderr, "%s: %s (%d)\n", what, sentence, status);
    std::exit(1);
}

// What came of users. Pictures and sound come on threads of their own.
struct Counts {
    std::atomic<long long> frames{0}, keyframes{0}, bytes{0}, samples{0};
};

static void saw(const char *, int64_t, const char *, int32_t is_keyframe, int32_t, const uint8_t *, int64_t byte_count,
                void *context) {
    auto counts = static_cast<Counts *>(context);
    counts->frames++;
    counts->keyframes += is_keyframe;
    counts->bytes += byte_count;
}

static void heard(const char *, int64_t, int32_t, const int16_t *, int64_t sample_count, void *context) {
    static_cast<Counts *>(context)->samples += sample_count;
}

int main(int count, char **words) {
    if (count < 2) {
        std::fprintf(stderr, "usage: recorder CHANNEL [CONFIGURATION]\n");
        return 2;
    }
    lathe_service *service;
    must(lathe_service_create(count > 2 ? words[2] : nullptr, &service), "configuration");
    must(lathe_service_start(service), "start");
    lathe_recorder *recorder;
    must(lathe_recorder_create(service, nullptr, &recorder), "recorder");
    Counts counts;
    must(lathe_recorder_observe_encoded_frames(recorder, saw, &counts), "pictures");
    must(lathe_recorder_observe_sound(recorder, 16000, heard, &counts), "sound");
    must(lathe_recorder_join(recorder, words[1], "0", nullptr), "join");
    char url[256];
    must(lathe_service_url(service, url, sizeof url), "url");
    std::printf("clients publish to %s/whip/%s\n", url, words[1]);
    std::fflush(stdout);

    char event[4096];
    std::string line;
    while (line.find("\"event\":\"userLeft\"") == std::string::npos) {
        if (must(lathe_next_event(recorder, 1000, event, sizeof event), "event") == 0) continue;
        line = event;
        std::printf("%s\n", event);
        std::fflush(stdout);
    }
    int32_t code = must(lathe_recorder_leave(recorder), "leave");
    // What was told until the last file was closed.
    while (must(lathe_next_event(recorder, 1000, event, sizeof event), "event") > 0) {
        line = event;
        std::printf("%s\n", event);
        if (line.find("\"event\":\"disconnected\"") != std::string::npos) break;
    }
    // From here on `counts` is not touched any more.
    must(lathe_recorder_end_video_observer(recorder), "end of pictures");
    must(lathe_recorder_end_sound_observer(recorder), "end of sound");
    std::printf("saw %lld pictures, %lld keyframes, %lld bytes; heard %lld samples; missed %lld\n", counts.frames.load(),
                counts.keyframes.load(), counts.bytes.load(), counts.samples.load(),
                static_cast<long long>(lathe_recorder_dropped_frames(recorder)));
    std::printf("left with code %d\n", code);
    lathe_recorder_release(recorder);
    lathe_service_release(service);
}
