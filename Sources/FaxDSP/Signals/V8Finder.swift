/// Finds stretches of V.21, and in them the messages of V.8: CI, CM and CJ on channel 1, JM on channel 2.
struct V8Finder {
    private enum Limit {
        /// Of the power, without the answer tone and the other channel, what the channel holds.
        static let share: Float = 0.8
        /// And of all of it.
        static let least: Float = 0.12
        /// Stretches shorter than 120 ms hold no message.
        static let stretch = 960
        static let gap = 480
        /// V.8 takes a few seconds; of a longer stretch no more than 20 s are read.
        static let read = 160_000
        /// Ones before a sequence (V.8 clause 5), the last of which may be a stop bit; the first may be lost.
        static let ones = 8.0
        /// Octets of a message.
        static let octets = 32
    }

    private let sound: Sound

    init(_ sound: Sound) { self.sound = sound }

    func signals() -> [HeardSignal] {
        V21Channel.allCases.flatMap { channel in stretches(channel).flatMap { read($0, channel) } }
    }

    private func stretches(_ channel: V21Channel) -> [Range<Int>] {
        var found: [Range<Int>] = []
        for frame in sound.frames where frame.power >= sound.leastPower {
            let own = channel == .one ? frame.channel1 : frame.channel2
            let other = channel == .one ? frame.channel2 : frame.channel1
            let rest = frame.power - frame.about2100 - other
            guard own >= Limit.share * rest, own >= Limit.least * frame.power else { continue }
            let here = frame.centre - SpectrumFrame.step..<frame.centre + SpectrumFrame.step
            if let last = found.last, here.lowerBound - last.upperBound <= Limit.gap {
                found[found.count - 1] = last.lowerBound..<here.upperBound
            } else {
                found.append(here)
            }
        }
        return found.filter { $0.count >= Limit.stretch }
    }

    private func read(_ stretch: Range<Int>, _ channel: V21Channel) -> [HeardSignal] {
        let range = stretch.lowerBound - 320..<min(stretch.upperBound + 320, stretch.lowerBound + Limit.read)
        let bits = FSKBits(sound.samples, range, channel: channel)
        let core = stride(from: 320, to: max(bits.power.count - 320, 320), by: 13).map { bits.power[$0] }.sorted()
        guard !core.isEmpty else { return [] }
        let (characters, errors) = bits.characters(leastPower: core[core.count / 2] / 8)
        let messages = V8Message.messages(characters, channel)
        if !messages.isEmpty { return merged(messages, bits, channel) }
        return dataModem(stretch, bits, characters.count, errors)
    }

    // MARK: Messages

    /// A sequence as it was read.
    private struct V8Message {
        var name: String
        var octets: [UInt8]
        var samples: Range<Int>

        /// Sequences begin with ten ones and an octet that says which; CJ is three octets of zeros after CM.
        static func messages(_ characters: [FSKBits.Character], _ channel: V21Channel) -> [V8Message] {
            var found: [V8Message] = []
            var isOpen = false
            for (index, character) in characters.enumerated() {
                if character.idleBits >= Limit.ones {
                    isOpen = false
                    let name: String? =
                        switch (character.octet, channel) {
                        case (0xE0, .one): "CM"
                        case (0xE0, .two): "JM"
                        case (0x00, .one): "CI"
                        case (_, _): nil
                        }
                    guard let name else { continue }
                    let begin = character.samples.lowerBound - Int(10 * FSKBits.bitSamples)
                    found.append(V8Message(name: name, octets: [], samples: begin..<character.samples.upperBound))
                    isOpen = true
                } else if isOpen, character.idleBits < 3, let last = found.indices.last,
                    found[last].octets.count < Limit.octets
                {
                    if character.octet == 0, channel == .one, found[last].name != "CI", isCJ(characters[index...]) {
                        let end = characters[index + 2].samples.upperBound
                        found.append(
                            V8Message(name: "CJ", octets: [0, 0, 0], samples: character.samples.lowerBound..<end))
                        isOpen = false
                        continue
                    }
                    found[last].octets.append(character.octet)
                    found[last].samples = found[last].samples.lowerBound..<character.samples.upperBound
                }
            }
            return found
        }

        private static func isCJ(_ characters: ArraySlice<FSKBits.Character>) -> Bool {
            let three = characters.prefix(3)
            return three.count == 3 && three.allSatisfy { $0.octet == 0 }
                && three.dropFirst().allSatisfy { $0.idleBits < 2 }
        }
    }

    /// Messages follow each other unchanged; the octets that most of them have are told. A message heard once, whose
    /// octets do not begin with a call function, is taken for what data happen to look like.
    private func merged(_ messages: [V8Message], _ bits: FSKBits, _ channel: V21Channel) -> [HeardSignal] {
        var groups: [[V8Message]] = []
        for message in messages {
            if let last = groups.last?.last, last.name == message.name, message.name != "CJ",
                message.samples.lowerBound - last.samples.upperBound < 8_000
            {
                groups[groups.count - 1].append(message)
            } else {
                groups.append([message])
            }
        }
        let isV8 = groups.contains { $0.count > 1 && Self.isCallFunction(Self.common($0).octets) }
        return groups.compactMap { group in
            guard let first = group.first, let last = group.last, isV8 else { return nil }
            let (octets, _) = Self.common(group)
            guard first.name == "CJ" || Self.isCallFunction(octets) else { return nil }
            let samples = first.samples.lowerBound..<last.samples.upperBound
            var signal = HeardSignal(
                kind: .v8(name: first.name, octets: octets), samples: samples, levelDBm0: sound.levelDBm0(samples))
            signal.bursts = group.map(\.samples)
            return signal
        }
    }

    /// V.8 Table 2: the tag of the call function is 10000, first bit on the line first.
    private static func isCallFunction(_ octets: [UInt8]) -> Bool { octets.first.map { $0 & 0x1F == 0x01 } ?? false }

    private static func common(_ group: [V8Message]) -> (octets: [UInt8], count: Int) {
        var best: (octets: [UInt8], count: Int) = ([], 0)
        for message in group {
            let count = group.count { $0.octets == message.octets }
            if count > best.count { best = (message.octets, count) }
        }
        return best
    }

    // MARK: Data

    /// V.21 that is no V.8: told when both frequencies are used, at bit lengths.
    private func dataModem(_ stretch: Range<Int>, _ bits: FSKBits, _ characters: Int, _ errors: Int) -> [HeardSignal] {
        let decided = bits.balance.dropFirst(320).dropLast(320)
        let marks = decided.count { $0 > 0.6 }
        let spaces = decided.count { $0 < -0.6 }
        guard marks + spaces >= decided.count * 6 / 10, min(marks, spaces) * 12 >= marks + spaces else { return [] }
        return [
            HeardSignal(
                kind: .dataModem("V.21 channel \(bits.channel.rawValue)"), samples: stretch,
                levelDBm0: sound.levelDBm0(stretch))
        ]
    }
}
