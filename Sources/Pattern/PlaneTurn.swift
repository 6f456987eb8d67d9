public import Codecs

/// Where the pixels of an upright picture lie in the plane of one that was coded as the camera was held.
struct PlaneTurn {
    /// The upright picture's first pixel.
    let origin: Int
    /// To the next pixel of an upright row.
    let columnStep: Int
    /// To the next upright row.
    let rowStep: Int

    /// The turn of a plane of the coded size, whose rows begin `stride` bytes apart, by what makes it upright.
    init(width: Int, height: Int, stride: Int, by rotation: Rotation) {
        switch rotation {
        case .none: (origin, columnStep, rowStep) = (0, 1, stride)
        // Turned clockwise, the left column becomes the top row, from its foot on.
        case .quarter: (origin, columnStep, rowStep) = ((height - 1) * stride, -stride, 1)
        case .half: (origin, columnStep, rowStep) = ((height - 1) * stride + width - 1, -1, -stride)
        case .threeQuarters: (origin, columnStep, rowStep) = (width - 1, stride, -1)
        }
    }
}

extension Rotation {
    /// Whether width and height change places.
    var isSideways: Bool { self == .quarter || self == .threeQuarters }
}

extension Picture {
    /// Lays this upright picture into one as a camera codes it that has to be turned by `rotation` to stand upright.
    ///
    /// By a quarter or three, the other picture is as wide as this one is high.
    public func copy(heldBy rotation: Rotation, into coded: inout Picture) {
        let isSideways = rotation.isSideways
        precondition(
            coded.width == (isSideways ? height : width) && coded.height == (isSideways ? width : height),
            "the picture fits when it is turned")
        let turn = PlaneTurn(width: coded.width, height: coded.height, stride: coded.width, by: rotation)
        Self.lay(luma, width: width, into: &coded.luma, turn)
        let chroma = PlaneTurn(
            width: coded.chromaWidth, height: coded.chromaHeight, stride: coded.chromaWidth, by: rotation)
        Self.lay(blue, width: chromaWidth, into: &coded.blue, chroma)
        Self.lay(red, width: chromaWidth, into: &coded.red, chroma)
    }

    private static func lay(_ plane: [UInt8], width: Int, into target: inout [UInt8], _ turn: PlaneTurn) {
        for row in 0..<plane.count / width {
            let start = turn.origin + row * turn.rowStep
            for column in 0..<width { target[start + column * turn.columnStep] = plane[row * width + column] }
        }
    }
}
