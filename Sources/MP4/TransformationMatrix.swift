import Bytes
import Codecs

/// How a picture is turned before it is shown (ISO/IEC 14496-12 §6.2.2).
///
/// A point (x, y) of the picture, y downwards, is shown at (ax + cy + right, bx + dy + down).
struct TransformationMatrix: Equatable {
    /// 1 is `0x10000`.
    var a = one
    var b: Int32 = 0
    var c: Int32 = 0
    var d = one
    /// Pixels.
    var right = 0
    var down = 0

    static let unity = TransformationMatrix()
    private static let one: Int32 = 0x1_0000

    /// Turns pictures of a size clockwise, and moves them back to where x and y are not below zero.
    static func turning(_ size: PictureSize, by rotation: Rotation) -> TransformationMatrix {
        switch rotation {
        case .none: .unity
        case .quarter: TransformationMatrix(a: 0, b: one, c: -one, d: 0, right: size.height)
        case .half: TransformationMatrix(a: -one, d: -one, right: size.width, down: size.height)
        case .threeQuarters: TransformationMatrix(a: 0, b: -one, c: one, d: 0, down: size.width)
        }
    }

    /// What it turns by; nothing if it does something else as well, such as mirroring.
    var rotation: Rotation? {
        let nowhere = PictureSize(width: 0, height: 0)
        var still = self
        (still.right, still.down) = (0, 0)
        return Rotation.allCases.first { Self.turning(nowhere, by: $0) == still }
    }
}

extension TransformationMatrix {
    /// Reads the nine numbers, of which the third of each row plays no part with pictures.
    init(reading reader: inout ByteReader) throws(WireError) {
        (a, b) = (try reader.read(), try reader.read())
        try reader.skip(4)
        (c, d) = (try reader.read(), try reader.read())
        try reader.skip(4)
        (right, down) = (Int(try reader.read(Int32.self) >> 16), Int(try reader.read(Int32.self) >> 16))
        try reader.skip(4)
    }
}

extension BoxWriter {
    mutating func matrix(_ matrix: TransformationMatrix) {
        let (right, down) = (Int32(clamping: matrix.right << 16), Int32(clamping: matrix.down << 16))
        for number in [matrix.a, matrix.b, 0, matrix.c, matrix.d, 0, right, down, 0x4000_0000] { append(number) }
    }
}
