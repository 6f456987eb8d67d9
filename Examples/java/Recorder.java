import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.concurrent.CountDownLatch;

/**
 * Records a channel from its first user's coming to the first one's leaving, and prints what happens.
 *
 * <pre>java Recorder CHANNEL [CONFIGURATION]</pre>
 */
final class Recorder {
    public static void main(String[] words) throws InterruptedException {
        PointerByReference made = new PointerByReference();
        Lathe.must(Lathe.C.lathe_service_create(words.length > 1 ? words[1] : null, made));
        Pointer service = made.getValue();
        Lathe.must(Lathe.C.lathe_service_start(service));
        Lathe.must(Lathe.C.lathe_recorder_create(service, null, made));
        Pointer recorder = made.getValue();

        CountDownLatch left = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        // Kept in a variable for as long as it may be called, or Java would collect it.
        Lathe.EventCallback callback = (event, context) -> {
            System.out.println(event);
            if (event.contains("\"event\":\"userLeft\"")) left.countDown();
            if (event.contains("\"event\":\"disconnected\"")) ended.countDown();
        };
        Lathe.must(Lathe.C.lathe_recorder_set_callback(recorder, callback, null));
        Lathe.must(Lathe.C.lathe_recorder_join(recorder, words[0], "0", null));
        byte[] url = new byte[256];
        Lathe.must(Lathe.C.lathe_service_url(service, url, url.length));
        System.out.println("clients publish to " + Native.toString(url, "UTF-8") + "/whip/" + words[0]);

        left.await();
        int code = Lathe.must(Lathe.C.lathe_recorder_leave(recorder));
        ended.await();
        Lathe.must(Lathe.C.lathe_recorder_set_callback(recorder, null, null));
        System.out.println("left with code " + code);
        Lathe.C.lathe_recorder_release(recorder);
        Lathe.C.lathe_service_release(service);
    }
}
