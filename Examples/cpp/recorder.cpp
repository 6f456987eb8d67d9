// Records a channel from its first user's coming to the first one's leaving, and prints what happens.
//
//     ./recorder CHANNEL [CONFIGURATION]
//
// CONFIGURATION is the JSON that lathe_service_create takes, such as {"recordRoot": "/rec", "httpPort": 8081}.
#include <lathe.h>

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
    std::printf("left with code %d\n", code);
    lathe_recorder_release(recorder);
    lathe_service_release(service);
}
