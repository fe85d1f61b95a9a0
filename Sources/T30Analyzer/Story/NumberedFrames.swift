/// The data of ECM frames by their number (T.4 A.3.6.1: 0 to 255).
struct NumberedFrames {
    private var data: [ArraySlice<UInt8>?] = []
    /// How many there are.
    private(set) var count = 0

    /// The latest of this number.
    subscript(number: Int) -> ArraySlice<UInt8>? { number < data.count ? data[number] : nil }

    mutating func set(_ frame: ArraySlice<UInt8>, at number: Int) {
        while data.count <= number { data.append(nil) }
        if data[number] == nil { count += 1 }
        data[number] = frame
    }

    /// The other's frames take the place of those of the same number.
    mutating func merge(_ other: NumberedFrames) {
        for (number, frame) in other.data.enumerated() {
            if let frame { set(frame, at: number) }
        }
    }

    var octetCount: Int { data.reduce(0) { $0 + ($1?.count ?? 0) } }
}
