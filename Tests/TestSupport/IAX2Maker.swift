/// Datagrams of IAX2 (RFC 5456 §8), octet by octet.
public enum IAX2Maker {
    /// A full frame; `subclass` as it stands on the wire.
    public static func full(
        _ source: UInt16, _ destination: UInt16, time: UInt32, outbound: UInt8 = 0, inbound: UInt8 = 0, type: UInt8,
        subclass: UInt8, again: Bool = false, _ data: [UInt8] = []
    ) -> [UInt8] {
        two(source | 0x8000) + two(destination | (again ? 0x8000 : 0)) + two(UInt16(time >> 16))
            + two(UInt16(truncatingIfNeeded: time)) + [outbound, inbound, type, subclass] + data
    }

    /// An information element.
    public static func element(_ type: UInt8, _ data: [UInt8]) -> [UInt8] { [type, UInt8(data.count)] + data }

    public static func element(_ type: UInt8, _ text: String) -> [UInt8] { element(type, Array(text.utf8)) }

    public static func new(
        _ source: UInt16, time: UInt32 = 3, from: String = "100", to: String = "200", format: UInt8 = 4
    ) -> [UInt8] {
        let elements =
            element(11, [0, 2]) + element(1, to) + element(2, from) + element(9, [0, 0, 0, format])
        return full(source, 0, time: time, type: 6, subclass: 1, elements)
    }

    /// A voice frame; `bit`: of the format.
    public static func voice(
        _ source: UInt16, _ destination: UInt16, time: UInt32, outbound: UInt8, bit: UInt8 = 2, _ data: [UInt8]
    ) -> [UInt8] {
        full(
            source, destination, time: time, outbound: outbound, type: 2, subclass: bit < 7 ? 1 << bit : 0x80 | bit,
            data)
    }

    public static func mini(_ source: UInt16, time: Int, _ data: [UInt8]) -> [UInt8] {
        two(source) + two(UInt16(truncatingIfNeeded: time)) + data
    }

    /// A trunk frame of mini frames.
    public static func trunk(time: UInt32, _ frames: [(source: UInt16, time: UInt16?, data: [UInt8])]) -> [UInt8] {
        let hasTimes = frames.contains { $0.time != nil }
        let entries = frames.flatMap { frame -> [UInt8] in
            let length = two(UInt16(frame.data.count))
            if let time = frame.time { return length + two(frame.source) + two(time) + frame.data }
            return two(frame.source) + length + frame.data
        }
        return [0, 0, 1, hasTimes ? 1 : 0] + two(UInt16(time >> 16)) + two(UInt16(truncatingIfNeeded: time)) + entries
    }

    private static func two(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xFF)] }
}
