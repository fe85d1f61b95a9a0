import ArgumentParser
import T30Analyzer

/// The fills by their names on the command line.
enum FillName: String, CaseIterable, ExpressibleByArgument {
    case `repeat`, hold, silence, noise, close

    var fill: AudioFill {
        switch self {
        case .repeat: .repeat
        case .hold: .hold
        case .silence: .silence
        // Any seed: the same one each time, so that a run can be repeated.
        case .noise: .noise(seed: 1)
        case .close: .close
        }
    }
}
