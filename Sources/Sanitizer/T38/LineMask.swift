import FaxCore
import FaxWire

/// Replaces what one side sent over T.38 in the octets of its log.
struct LineMask {
    private(set) var octets: [UInt8]
    private let names: Pseudonyms
    private var line: LineSubstitute
    private var places: [(ranges: [Range<Int>], isFrame: Bool)] = []

    var pages: Int { line.pages }
    var identFrames: Int { line.identFrames }

    init(_ octets: [UInt8], _ names: Pseudonyms, stream: Int) {
        self.octets = octets
        self.names = names
        line = LineSubstitute(names, stream: stream)
    }

    mutating func take(_ part: LineOctets) {
        let old = part.ranges.flatMap { octets[$0] }
        switch part.kind {
        case .frame(let type, let isGood, let mayLackStart):
            // T.38 sends the first bit on the line as the most significant one.
            let frame = old.map(\.turned)
            let isWhole = isGood && (!mayLackStart || Self.beginsWhole(frame))
            line.take(type.modem == .v21 ? .command : .image, frame, isGood: isWhole)
            places.append((part.ranges, true))
        case .burst:
            line.take(.burst, old, isGood: true)
            places.append((part.ranges, false))
        }
    }

    /// Address and control field stand where a frame begins: nothing of it was lost before them.
    private static func beginsWhole(_ frame: [UInt8]) -> Bool {
        frame.count >= 2 && frame[0] == 0xFF && (frame[1] == 0x03 || frame[1] == 0x13)
    }

    mutating func finish(zeroing unread: [Range<Int>]) {
        line.finish()
        if names.isLearning { return }
        for (place, result) in zip(places, line.results) {
            for (index, octet) in zip(place.ranges.joined(), result) {
                octets[index] = place.isFrame ? octet.turned : octet
            }
        }
        for index in unread.joined() { octets[index] = 0 }
    }
}
