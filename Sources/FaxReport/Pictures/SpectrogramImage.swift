import FaxDSP

/// A stretch of a track as a picture of levels over time (to the right) and frequency (0 Hz at the bottom).
struct SpectrogramImage {
    static let heightPx = 128
    /// dBm0 in one bin of 15.6 Hz: at the lower end and below the picture is white, at the upper end darkest.
    static let levels = -72.0 ... -22.0
    private static let shades = 62

    /// Where there is no sound: grey, unlike silence, which is white.
    static let palette: [(red: UInt8, green: UInt8, blue: UInt8)] =
        [(226, 226, 226)] + (0...shades).map { shade(Double($0) / Double(shades)) }

    /// Colours to either side of a level, from white by blue to near black.
    static let stops: [(at: Double, red: Double, green: Double, blue: Double)] = [
        (0, 255, 255, 255), (0.3, 214, 229, 244), (0.55, 125, 175, 220), (0.8, 33, 96, 168), (1, 8, 20, 62),
    ]

    private static func shade(_ value: Double) -> (red: UInt8, green: UInt8, blue: UInt8) {
        let index = stops.dropFirst().firstIndex { $0.at >= value } ?? stops.count - 1
        let (low, high) = (stops[index - 1], stops[index])
        let part = (value - low.at) / (high.at - low.at)
        func mix(_ from: Double, _ to: Double) -> UInt8 { UInt8(from + (to - from) * part) }
        return (mix(low.red, high.red), mix(low.green, high.green), mix(low.blue, high.blue))
    }

    private var spectrogram = Spectrogram()
    private var buffer: [Int16] = []

    /// `columns` pixels from `start` seconds on, so many a second. `nil`: nothing of the track lies there.
    mutating func png(_ track: SoundTrack, start: Double, columns: Int, perSecond: Double) -> [UInt8]? {
        let places = (0...columns).map { Int(((start + Double($0) / perSecond) * 8_000).rounded()) }
        guard columns > 0, track.hasSound(in: places[0]..<places[columns]) else { return nil }
        var pixels = [UInt8](repeating: 1, count: columns * Self.heightPx)
        for column in 0..<columns {
            paint(track, places[column]..<places[column + 1], column, columns, &pixels)
        }
        return PNGWriter.octets(pixels: pixels, widthPx: columns, palette: Self.palette)
    }

    private mutating func paint(
        _ track: SoundTrack, _ places: Range<Int>, _ column: Int, _ width: Int, _ pixels: inout [UInt8]
    ) {
        guard track.hasSound(in: places) else {
            for row in 0..<Self.heightPx { pixels[row * width + column] = 0 }
            return
        }
        let count = places.count + Spectrogram.size
        if buffer.count != count { buffer = [Int16](repeating: 0, count: count) }
        track.read(from: places.lowerBound - Spectrogram.margin, into: &buffer)
        guard let levels = spectrogram.strongest(buffer) else { return }
        let binsPerRow = Spectrogram.binCount / Self.heightPx
        for row in 0..<Self.heightPx {
            let first = (Self.heightPx - 1 - row) * binsPerRow
            let level = levels[first..<first + binsPerRow].max() ?? Self.levels.lowerBound
            pixels[row * width + column] = Self.pixel(level)
        }
    }

    static func pixel(_ level: Double) -> UInt8 {
        let part = (level - levels.lowerBound) / (levels.upperBound - levels.lowerBound)
        return 1 + UInt8((max(0, min(1, part)) * Double(shades)).rounded())
    }
}
