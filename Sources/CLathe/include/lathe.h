/// The recorder for programs in C, and in every language that can call C: Lathe's `LatheService` and `Recorder`.
///
/// Link with -llathe. Errors: functions that return an int return 0, or a length, when they did what they say, and a
/// negative number otherwise: minus a `lathe_error`, which are the legacy SDKs' ERROR_CODE numbers. `lathe_last_error` has
/// the sentence.
///
/// Strings: all are UTF-8 and end with a NUL. What you pass in is copied before the function returns, and stays yours. What
/// you get is copied into a buffer of yours; only `lathe_version` returns a pointer, which is never freed. `size` is the
/// buffer's length in bytes, with the NUL; what does not fit is -LATHE_BUFFER_TOO_SMALL, and `lathe_last_error` says how
/// much is needed.
///
/// Threads: any function may be called from any thread, and from several at once, but for the two that release. A handle must
/// not be used any more when it was released. Functions block the calling thread until what they do is done, by threads of
/// Lathe's own; so a Swift program must not call them from an async function, a Task or an actor, whose threads are the ones
/// that would do it: with all of them blocked nothing goes on. Swift has `import Lathe`.
#ifndef LATHE_H
#define LATHE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A service and a recorder: handles, that say nothing by themselves.
typedef struct lathe_service lathe_service;
typedef struct lathe_recorder lathe_recorder;

enum lathe_error {
    LATHE_FAILED = 1,
    LATHE_INVALID_ARGUMENT = 2,
    LATHE_NOT_READY = 3,
    LATHE_NOT_SUPPORTED = 4,
    LATHE_REFUSED = 5,
    LATHE_BUFFER_TOO_SMALL = 6,
    LATHE_INVALID_STATE = 8,
    LATHE_JOIN_CHANNEL_REJECTED = 17,
    LATHE_ALREADY_IN_USE = 19,
    LATHE_RESOURCE_LIMITED = 22,
    LATHE_INVALID_CHANNEL_NAME = 102,
    LATHE_INVALID_TOKEN = 110,
    LATHE_NOT_IN_CHANNEL = 113,
    LATHE_INVALID_USER_ID = 121
};

/// Which version of Lathe this is. The string lives as long as the process.
const char *lathe_version(void);

/// Copies the sentence that says why the last call of this thread failed; empty if none did. Returns its length.
int32_t lathe_last_error(char *buffer, int32_t size);

// ---- The service: the whole engine in this process. One is enough.

/// Makes a service that does not run. `configuration` is a JSON object, or NULL for the defaults:
/// {"recordRoot": "recordings", "httpHost": "127.0.0.1", "httpPort": 8080, "hasHTTP": true, "lowUDPPort": 40000,
///  "highUDPPort": 40015, "publicAddresses": ["203.0.113.7"], "channelProfile": 1, "appID": "",
///  "continuesRecordings": false}
/// The handle is yours: give it back with `lathe_service_release`.
int32_t lathe_service_create(const char *configuration, lathe_service **service);

/// Sets a documented private parameter, such as che.media_recorder_recover_files; 0 is no, anything else yes.
int32_t lathe_service_set_parameter(lathe_service *service, const char *key, int32_t value);

/// Opens the ports, makes whole what a crash left, and begins to serve clients.
int32_t lathe_service_start(lathe_service *service);

/// Copies where clients find it, such as http://127.0.0.1:8080. Returns the length; 0 without HTTP, or while it does not run.
int32_t lathe_service_url(lathe_service *service, char *buffer, int32_t size);

/// Ends every recording in order, and returns when all files are closed.
int32_t lathe_service_stop(lathe_service *service);

/// Gives the handle back; stops the service first, if it runs. NULL is passed over. Not from a callback.
void lathe_service_release(lathe_service *service);

// ---- A recorder: records one channel after the other, each user in files of their own.

/// Makes a recorder. `settings` is a JSON object, or NULL for the defaults:
/// {"trigger": "automatic|manual|perUser", "autoSubscribe": true, "directory": null, "names": null, "streamType": 3,
///  "videoStreamType": 0, "audio": "aac|opus", "mp3": "none|beside|only", "mp3Rate": 48000,
///  "container": "auto|mp4|webm|ts", "splitting": "continuous|legacy", "maximumSeconds": null, "idleSeconds": 300, "infoIntervalMilliseconds": 0}
/// The handle is yours: give it back with `lathe_recorder_release`. The service must live as long.
int32_t lathe_recorder_create(lathe_service *service, const char *settings, lathe_recorder **recorder);

/// Joins a channel and records it. `user` is the recorder's own id, "0" if NULL. `token` may be NULL or empty: no token is
/// checked. One that is given has to be an AccessToken, 007 or 006, and tokenPrivilegeWillExpire and tokenPrivilegeDidExpire tell
/// when it ends.
int32_t lathe_recorder_join(lathe_recorder *recorder, const char *channel, const char *user, const char *token);

/// Ends the recording, and returns when every file is closed: the leave code, a sum of 2, 4, 8 and 16.
int32_t lathe_recorder_leave(lathe_recorder *recorder);

/// Copies the directory of the recording that runs. Returns its length; 0 in no channel.
int32_t lathe_recorder_directory(lathe_recorder *recorder, char *buffer, int32_t size);

/// Takes another token, whose end is told instead.
int32_t lathe_recorder_renew_token(lathe_recorder *recorder, const char *token);

/// Whose media is taken; those who come later, too. A user who is named need not be there yet.
int32_t lathe_recorder_subscribe_all_audio(lathe_recorder *recorder);
int32_t lathe_recorder_subscribe_all_video(lathe_recorder *recorder);
int32_t lathe_recorder_unsubscribe_all_audio(lathe_recorder *recorder);
int32_t lathe_recorder_unsubscribe_all_video(lathe_recorder *recorder);
int32_t lathe_recorder_subscribe_audio(lathe_recorder *recorder, const char *uid);
int32_t lathe_recorder_subscribe_video(lathe_recorder *recorder, const char *uid);
int32_t lathe_recorder_unsubscribe_audio(lathe_recorder *recorder, const char *uid);
int32_t lathe_recorder_unsubscribe_video(lathe_recorder *recorder, const char *uid);

/// Takes a user's pictures and, of a sender who sends several sizes, the largest (`type` 0) or the smallest (1), as
/// VideoSubscriptionOptions.type. With `uid` NULL everybody's, also of those of whom another size was taken. A file goes over to
/// the other size at its next keyframe.
int32_t lathe_recorder_subscribe_video_type(lathe_recorder *recorder, const char *uid, int32_t type);

/// Records one user, where the trigger is perUser or the user was stopped; records one user no more, and closes the files.
int32_t lathe_recorder_start_single_recording(lathe_recorder *recorder, const char *uid);
int32_t lathe_recorder_stop_single_recording(lathe_recorder *recorder, const char *uid);

/// With the trigger manual: records, and pauses.
int32_t lathe_recorder_start_service(lathe_recorder *recorder);
int32_t lathe_recorder_stop_service(lathe_recorder *recorder);

/// With any trigger: pauses everybody's recording, and goes on.
int32_t lathe_recorder_pause(lathe_recorder *recorder);
int32_t lathe_recorder_resume(lathe_recorder *recorder);

/// Tells audioVolumeIndication and activeSpeaker so often; 10 ms or less ends that, as it is at first.
int32_t lathe_recorder_set_volume_interval(lathe_recorder *recorder, int32_t milliseconds);

// ---- Events, as one line of JSON each: {"event": "userJoined", "uid": "7"}; docs/sdk.md lists them. A program either asks
// for them or is called.

/// Waits up to `timeout_milliseconds` for the next event and copies it. Returns its length; 0 if none came in time.
///
/// An event that does not fit stays for the next call. Up to 10,000 wait; beyond that the oldest are left out and counted.
int32_t lathe_next_event(lathe_recorder *recorder, int32_t timeout_milliseconds, char *buffer, int32_t size);

/// Is called with each event, on a thread of the recorder's own, one call after the other; it may take its time and block.
///
/// `event` is lent: copy what you want to keep before you return. Every function here may be called from it, but the two
/// that release.
typedef void (*lathe_event_callback)(const char *event, void *context);

/// Has the callback called from now on with what happens and what waits; `lathe_next_event` gets nothing any more. NULL ends
/// that: when it returns, no call is running or will come.
int32_t lathe_recorder_set_callback(lathe_recorder *recorder, lathe_event_callback callback, void *context);

/// How many events were left out, since the program takes them too slowly.
int64_t lathe_recorder_dropped_events(lathe_recorder *recorder);

// ---- Media of users for the program itself: of those who are subscribed to, whether files are written or not. One observer
// of pictures and one of sound at a time; each has a thread of its own.
//
// Callbacks of one observer are called one after the other, on its thread; they may take their time and block, and never delay
// a file: up to 512 frames wait for each, beyond that the oldest are left out and counted. All that they are given is lent:
// copy what you want to keep before you return. `uid`, `codec` and `file` end with a NUL; media has its length beside it.
// `time_microseconds` counts from the recorder's joining. `rotation` is in degrees clockwise, to stand upright; -1 if the
// sender never said. Every function here may be called from a callback, but the two that release; end in it no observer but
// its own: two callbacks that end each other would wait for each other.
//
// An observer may be set before `lathe_recorder_join` and after, and stays for the next channel. A function that sets or ends
// one returns when the former is not running and will not be called again; `context` is yours again then.

/// A frame as it was sent. `codec` is h264, h265, vp8, vp9 or av1. H.264 and H.265: each NAL unit behind its length in four
/// bytes, parameter sets included; else as RTP carries it.
typedef void (*lathe_encoded_frame_callback)(const char *uid, int64_t time_microseconds, const char *codec,
                                             int32_t is_keyframe, int32_t rotation, const uint8_t *bytes,
                                             int64_t byte_count, void *context);

/// A picture decoded, 4:2:0 in video range. Rows have no gaps: `width` bytes each in `y`, half of it, rounded up, in `u` and
/// `v`, which have half as many rows, rounded up.
typedef void (*lathe_picture_callback)(const char *uid, int64_t time_microseconds, int32_t width, int32_t height,
                                       int32_t rotation, const uint8_t *y, const uint8_t *u, const uint8_t *v,
                                       void *context);

/// A picture as a JPEG file. `file` is where it was saved; NULL if it was not.
typedef void (*lathe_jpeg_callback)(const char *uid, int64_t time_microseconds, int32_t width, int32_t height,
                                    const uint8_t *bytes, int64_t byte_count, const char *file, void *context);

/// A packet of sound decoded: samples of 16 bits, one channel. What was lost between two packets is left out.
typedef void (*lathe_sound_callback)(const char *uid, int64_t time_microseconds, int32_t sample_rate,
                                     const int16_t *samples, int64_t sample_count, void *context);

/// Has users' pictures given to a callback, in place of the observer before: as they were sent; decoded; or one JPEG of each
/// user every `interval_milliseconds`, 1000 or more, saved to `directory`, which is there already, unless that is NULL.
int32_t lathe_recorder_observe_encoded_frames(lathe_recorder *recorder, lathe_encoded_frame_callback callback,
                                              void *context);
int32_t lathe_recorder_observe_pictures(lathe_recorder *recorder, lathe_picture_callback callback, void *context);
int32_t lathe_recorder_observe_jpegs(lathe_recorder *recorder, const char *directory, int32_t interval_milliseconds,
                                     lathe_jpeg_callback callback, void *context);

/// Has users' sound given to a callback, in place of the observer before, at 8000, 16000, 32000 or 48000 samples a second.
int32_t lathe_recorder_observe_sound(lathe_recorder *recorder, int32_t sample_rate, lathe_sound_callback callback,
                                     void *context);

/// Ends the observer of pictures, or that of sound; without one they do nothing.
int32_t lathe_recorder_end_video_observer(lathe_recorder *recorder);
int32_t lathe_recorder_end_sound_observer(lathe_recorder *recorder);

/// How many frames were left out, since callbacks are too slow.
int64_t lathe_recorder_dropped_frames(lathe_recorder *recorder);

/// Gives the handle back. A recording that runs goes on to its end by itself: leave first. NULL is passed over. Not from a
/// callback.
void lathe_recorder_release(lathe_recorder *recorder);

#ifdef __cplusplus
}
#endif

#endif
