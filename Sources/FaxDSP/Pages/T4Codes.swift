/// The code words of T.4 (Tables 2, 3a, 3b: run lengths; Table 4: two-dimensional modes), as tables that are looked up
/// with the next 13 bits of the line, the bit sent first as the most significant.
struct T4Codes: Sendable {
    enum Code: Sendable, Hashable {
        /// A run of 0 … 63 pixels, which ends the run.
        case terminating(Int)
        /// A run of a multiple of 64 pixels, followed by more of the same colour.
        case makeUp(Int)
        /// a1 lies this many pixels to the right of b1 (T.4 §4.2.1.3.2 b).
        case vertical(Int)
        case horizontal
        case pass
        /// No code word begins with these bits (or an extension that nobody sends).
        case invalid
    }

    struct Entry: Sendable, Hashable {
        var code: Code
        /// Length of the code word in bits; 1 for an invalid one, so that a search goes on bit by bit.
        var bits: Int
    }

    static let indexBits = 13

    let white: [Entry]
    let black: [Entry]
    let twoDimensional: [Entry]

    static let shared = T4Codes()

    private init() {
        let common = Self.runs(Self.extendedMakeUp, from: 1792)
        white = Self.table(Self.runs(Self.whiteTerminating + Self.whiteMakeUp, from: 0) + common)
        black = Self.table(Self.runs(Self.blackTerminating + Self.blackMakeUp, from: 0) + common)
        twoDimensional = Self.table(Self.modes)
    }

    /// Code words in order of their run: 0 … 63 in steps of one, then 64 … in steps of 64; or from 1792 on.
    private static func runs(_ words: [String], from first: Int) -> [(String, Code)] {
        words.enumerated().map { index, word in
            if first > 0 { return (word, .makeUp(first + 64 * index)) }
            return (word, index < 64 ? .terminating(index) : .makeUp(64 * (index - 63)))
        }
    }

    private static func table(_ words: [(String, Code)]) -> [Entry] {
        var table = [Entry](repeating: Entry(code: .invalid, bits: 1), count: 1 << indexBits)
        for (word, code) in words {
            let free = indexBits - word.utf8.count
            let start = word.utf8.reduce(0) { $0 << 1 | Int($1 & 1) } << free
            for index in start..<start + 1 << free { table[index] = Entry(code: code, bits: word.utf8.count) }
        }
        return table
    }

    private static let modes: [(String, Code)] = [
        ("0001", .pass), ("001", .horizontal), ("1", .vertical(0)),
        ("011", .vertical(1)), ("000011", .vertical(2)), ("0000011", .vertical(3)),
        ("010", .vertical(-1)), ("000010", .vertical(-2)), ("0000010", .vertical(-3)),
        // The prefix of extensions (T.4 Table 4): stepped over whole.
        ("0000001", .invalid),
    ]

    static let whiteTerminating = [
        "00110101", "000111", "0111", "1000", "1011", "1100", "1110", "1111",
        "10011", "10100", "00111", "01000", "001000", "000011", "110100", "110101",
        "101010", "101011", "0100111", "0001100", "0001000", "0010111", "0000011", "0000100",
        "0101000", "0101011", "0010011", "0100100", "0011000", "00000010", "00000011", "00011010",
        "00011011", "00010010", "00010011", "00010100", "00010101", "00010110", "00010111", "00101000",
        "00101001", "00101010", "00101011", "00101100", "00101101", "00000100", "00000101", "00001010",
        "00001011", "01010010", "01010011", "01010100", "01010101", "00100100", "00100101", "01011000",
        "01011001", "01011010", "01011011", "01001010", "01001011", "00110010", "00110011", "00110100",
    ]

    static let whiteMakeUp = [
        "11011", "10010", "010111", "0110111", "00110110", "00110111", "01100100", "01100101",
        "01101000", "01100111", "011001100", "011001101", "011010010", "011010011", "011010100", "011010101",
        "011010110", "011010111", "011011000", "011011001", "011011010", "011011011", "010011000", "010011001",
        "010011010", "011000", "010011011",
    ]

    static let blackTerminating = [
        "0000110111", "010", "11", "10", "011", "0011", "0010", "00011",
        "000101", "000100", "0000100", "0000101", "0000111", "00000100", "00000111", "000011000",
        "0000010111", "0000011000", "0000001000", "00001100111", "00001101000", "00001101100", "00000110111",
        "00000101000", "00000010111", "00000011000", "000011001010", "000011001011", "000011001100", "000011001101",
        "000001101000", "000001101001", "000001101010", "000001101011", "000011010010", "000011010011",
        "000011010100", "000011010101", "000011010110", "000011010111", "000001101100", "000001101101",
        "000011011010", "000011011011", "000001010100", "000001010101", "000001010110", "000001010111",
        "000001100100", "000001100101", "000001010010", "000001010011", "000000100100", "000000110111",
        "000000111000", "000000100111", "000000101000", "000001011000", "000001011001", "000000101011",
        "000000101100", "000001011010", "000001100110", "000001100111",
    ]

    static let blackMakeUp = [
        "0000001111", "000011001000", "000011001001", "000001011011", "000000110011", "000000110100",
        "000000110101", "0000001101100", "0000001101101", "0000001001010", "0000001001011", "0000001001100",
        "0000001001101", "0000001110010", "0000001110011", "0000001110100", "0000001110101", "0000001110110",
        "0000001110111", "0000001010010", "0000001010011", "0000001010100", "0000001010101", "0000001011010",
        "0000001011011", "0000001100100", "0000001100101",
    ]

    /// 1792 … 2560, both colours.
    static let extendedMakeUp = [
        "00000001000", "00000001100", "00000001101", "000000010010", "000000010011", "000000010100", "000000010101",
        "000000010110", "000000010111", "000000011100", "000000011101", "000000011110", "000000011111",
    ]
}
