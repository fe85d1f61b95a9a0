import FaxCore
import Foundation

/// Sounds made of sines, at 8,000 samples a second.
enum Tone {
    /// `peak`: of each sine.
    static func samples(_ hz: [Double], peak: Double, count: Int) -> [Int16] {
        (0..<max(0, count)).map { index in
            let value = hz.reduce(0) { $0 + sin(2 * .pi * $1 * Double(index) / 8_000) } * peak
            return Int16(max(-32_000, min(32_000, value.rounded())))
        }
    }

    /// Something like a voice that says nothing: a pitch that wanders, with overtones weaker by their number.
    static func hum(count: Int, _ random: inout SeededRandom) -> [Int16] {
        var (pitch, aim, phase) = (125.0, 125.0, 0.0)
        return (0..<max(0, count)).map { index in
            if index % 1_600 == 0 { aim = 100 + 60 * random.unit() }
            pitch += (aim - pitch) / 800
            phase += 2 * .pi * pitch / 8_000
            let value = (1...14).reduce(0.0) { $0 + sin(Double($1) * phase) / Double($1) }
            return Int16((value * 6_000).rounded())
        }
    }
}
