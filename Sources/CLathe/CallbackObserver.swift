import Lathe

/// What `lathe_encoded_frame_callback` is.
public typealias EncodedFrameFunction =
    @convention(c) (
        UnsafePointer<CChar>?, Int64, UnsafePointer<CChar>?, Int32, Int32, UnsafePointer<UInt8>?, Int64,
        UnsafeMutableRawPointer?
    ) -> Void

/// What `lathe_picture_callback` is.
public typealias PictureFunction =
    @convention(c) (
        UnsafePointer<CChar>?, Int64, Int32, Int32, Int32, UnsafePointer<UInt8>?, UnsafePointer<UInt8>?,
        UnsafePointer<UInt8>?, UnsafeMutableRawPointer?
    ) -> Void

/// What `lathe_jpeg_callback` is.
public typealias JPEGFunction =
    @convention(c) (
        UnsafePointer<CChar>?, Int64, Int32, Int32, UnsafePointer<UInt8>?, Int64, UnsafePointer<CChar>?,
        UnsafeMutableRawPointer?
    ) -> Void

/// What `lathe_sound_callback` is.
public typealias SoundFunction =
    @convention(c) (
        UnsafePointer<CChar>?, Int64, Int32, UnsafePointer<Int16>?, Int64, UnsafeMutableRawPointer?
    ) -> Void

/// Calls a function of the program with users' media.
@safe final class CallbackObserver: FrameObserver, @unchecked Sendable {
    // @unchecked Sendable: the function is the program's, which promises that it may be used on the observer's thread.

    /// The function that was given, of which there is one kind.
    @safe enum Function {
        case encodedFrames(EncodedFrameFunction)
        case pictures(PictureFunction)
        case jpegs(JPEGFunction)
        case sound(SoundFunction)
    }

    private let function: Function
    private let gate: CallGate

    init(_ function: Function, _ context: UnsafeMutableRawPointer?) {
        self.function = function
        gate = unsafe CallGate(context)
    }

    /// Returns when the function is not running, and will not be called again.
    func end() { gate.end() }

    func received(_ frame: EncodedFrame) {
        guard case .encodedFrames(let function) = function else { return }
        unsafe gate.call(frame.uid) { uid, context in
            unsafe frame.codec.withCString { codec in
                unsafe frame.bytes.withUnsafeBufferPointer { bytes in
                    unsafe function(
                        uid, frame.time.microseconds, codec, frame.isKeyframe ? 1 : 0, frame.rotation.orUnknown,
                        bytes.baseAddress, Int64(bytes.count), context)
                }
            }
        }
    }

    func captured(_ picture: YUVPicture) {
        guard case .pictures(let function) = function else { return }
        unsafe gate.call(picture.uid) { uid, context in
            unsafe picture.y.withUnsafeBufferPointer { y in
                unsafe picture.u.withUnsafeBufferPointer { u in
                    unsafe picture.v.withUnsafeBufferPointer { v in
                        unsafe function(
                            uid, picture.time.microseconds, Int32(picture.width), Int32(picture.height),
                            picture.rotation.orUnknown, y.baseAddress, u.baseAddress, v.baseAddress, context)
                    }
                }
            }
        }
    }

    func captured(_ picture: JPEGPicture) {
        guard case .jpegs(let function) = function else { return }
        let file = picture.file.map { Array($0.utf8CString) }
        unsafe gate.call(picture.uid) { uid, context in
            unsafe picture.bytes.withUnsafeBufferPointer { bytes in
                unsafe (file ?? []).withUnsafeBufferPointer { name in
                    unsafe function(
                        uid, picture.time.microseconds, Int32(picture.width), Int32(picture.height),
                        bytes.baseAddress, Int64(bytes.count), file == nil ? nil : name.baseAddress, context)
                }
            }
        }
    }

    func captured(_ sound: PCMSound) {
        guard case .sound(let function) = function else { return }
        unsafe gate.call(sound.uid) { uid, context in
            unsafe sound.samples.withUnsafeBufferPointer { samples in
                unsafe function(
                    uid, sound.time.microseconds, Int32(sound.sampleRate), samples.baseAddress, Int64(samples.count),
                    context)
            }
        }
    }
}

extension Duration {
    /// The length in microseconds, fractions dropped.
    fileprivate var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}

extension Int? {
    /// A turn in degrees; -1 where the sender never said.
    fileprivate var orUnknown: Int32 { Int32(self ?? -1) }
}
