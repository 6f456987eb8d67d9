import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;

/** The functions of lathe.h that the example uses; its comments say what they do. */
interface Lathe extends Library {
    Lathe C = Native.load("lathe", Lathe.class);

    /** What happens, on a thread of the recorder's own; the text may be kept. */
    interface EventCallback extends Callback {
        void happened(String event, Pointer context);
    }

    int lathe_last_error(byte[] buffer, int size);
    int lathe_service_create(String configuration, PointerByReference service);
    int lathe_service_start(Pointer service);
    int lathe_service_url(Pointer service, byte[] buffer, int size);
    void lathe_service_release(Pointer service);
    int lathe_recorder_create(Pointer service, String settings, PointerByReference recorder);
    int lathe_recorder_set_callback(Pointer recorder, EventCallback callback, Pointer context);
    int lathe_recorder_join(Pointer recorder, String channel, String user, String token);
    int lathe_recorder_leave(Pointer recorder);
    void lathe_recorder_release(Pointer recorder);

    /** Throws the sentence of the call that failed; hands on what it returned otherwise. */
    static int must(int status) {
        if (status >= 0) return status;
        byte[] sentence = new byte[512];
        C.lathe_last_error(sentence, sentence.length);
        throw new IllegalStateException(Native.toString(sentence, "UTF-8") + " (" + status + ")");
    }
}
