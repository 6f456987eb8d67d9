// Observes a channel's media in one way until its first user leaves, and prints what it got.
//
//     ./observer none|encoded|pictures|jpegs|sound CONFIGURATION [DIRECTORY]
#include <lathe.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct seen {
    int pictures, files, width, height;
    long long samples;
    char uid[32];
    // Sums over all bytes of luma, of the first and the last picture.
    unsigned long long first, last;
    int64_t latest;
    int is_ordered;
};

static int32_t must(int32_t status, const char *what) {
    if (status >= 0) return status;
    char sentence[512];
    lathe_last_error(sentence, sizeof sentence);
    fprintf(stderr, "%s: %s (%d)\n", what, sentence, status);
    exit(1);
}

static void note(struct seen *seen, const char *uid, int64_t time, int32_t width, int32_t height) {
    snprintf(seen->uid, sizeof seen->uid, "%s", uid);
    seen->is_ordered = seen->pictures == 0 || (seen->is_ordered && time >= seen->latest);
    seen->latest = time;
    seen->width = width;
    seen->height = height;
    seen->pictures++;
}

static void picture(const char *uid, int64_t time, int32_t width, int32_t height, int32_t rotation, const uint8_t *y,
                    const uint8_t *u, const uint8_t *v, void *context) {
    struct seen *seen = context;
    (void)rotation;
    note(seen, uid, time, width, height);
    unsigned long long sum = 0;
    for (int32_t index = 0; index < width * height; index++) sum += y[index];
    // To the last byte of each plane.
    int32_t half = ((width + 1) / 2) * ((height + 1) / 2);
    sum += u[half - 1] + v[half - 1];
    if (seen->pictures == 1) seen->first = sum;
    seen->last = sum;
}

static void encoded(const char *uid, int64_t time, const char *codec, int32_t is_keyframe, int32_t rotation,
                    const uint8_t *bytes, int64_t count, void *context) {
    (void)codec, (void)is_keyframe, (void)rotation, (void)bytes, (void)count;
    note(context, uid, time, 0, 0);
}

static void sound(const char *uid, int64_t time, int32_t rate, const int16_t *samples, int64_t count, void *context) {
    (void)uid, (void)time, (void)rate, (void)samples;
    ((struct seen *)context)->samples += count;
}

static void jpeg(const char *uid, int64_t time, int32_t width, int32_t height, const uint8_t *bytes, int64_t count,
                 const char *file, void *context) {
    struct seen *seen = context;
    note(seen, uid, time, width, height);
    if (count < 4 || bytes[0] != 0xFF || bytes[1] != 0xD8 || bytes[count - 1] != 0xD9) exit(4);
    if (file != NULL) seen->files++;
}

int main(int count, char **words) {
    if (count < 3) return 2;
    lathe_service *service;
    must(lathe_service_create(words[2], &service), "configuration");
    must(lathe_service_start(service), "start");
    lathe_recorder *recorder;
    must(lathe_recorder_create(service, NULL, &recorder), "recorder");
    struct seen seen = {0};
    const char *kind = words[1];
    if (strcmp(kind, "encoded") == 0) must(lathe_recorder_observe_encoded_frames(recorder, encoded, &seen), "encoded");
    if (strcmp(kind, "pictures") == 0) must(lathe_recorder_observe_pictures(recorder, picture, &seen), "pictures");
    if (strcmp(kind, "sound") == 0) must(lathe_recorder_observe_sound(recorder, 16000, sound, &seen), "sound");
    if (strcmp(kind, "jpegs") == 0)
        must(lathe_recorder_observe_jpegs(recorder, count > 3 ? words[3] : NULL, 1000, jpeg, &seen), "jpegs");
    must(lathe_recorder_join(recorder, "room", "0", NULL), "join");
    char text[4096];
    must(lathe_service_url(service, text, sizeof text), "url");
    printf("clients publish to %s/whip/room\n", text);
    fflush(stdout);
    do must(lathe_next_event(recorder, 1000, text, sizeof text), "event");
    while (strstr(text, "\"event\":\"userLeft\"") == NULL);
    must(lathe_recorder_leave(recorder), "leave");
    must(lathe_recorder_end_video_observer(recorder), "end");
    must(lathe_recorder_end_sound_observer(recorder), "end");
    printf("{\"uid\": \"%s\", \"samples\": %lld, \"pictures\": %d, \"files\": %d, \"width\": %d, \"height\": %d, \"isOrdered\": %d, \"changes\": %d, "
           "\"dropped\": %lld}\n",
           seen.uid, seen.samples, seen.pictures, seen.files, seen.width, seen.height, seen.is_ordered, seen.first != seen.last,
           (long long)lathe_recorder_dropped_frames(recorder));
    lathe_recorder_release(recorder);
    lathe_service_release(service);
    return 0;
}
