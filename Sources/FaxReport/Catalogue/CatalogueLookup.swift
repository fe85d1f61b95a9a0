import FaxCore
import T30Analyzer

/// Finds entries of the failure catalogue by what a user typed.
public enum CatalogueLookup {
    /// Ids told where there is no such entry.
    static let suggestions = 5
    /// A word longer than any id is compared no further.
    private static let longestWord = 100

    /// The ids nearest to a word, the nearest first: those that hold it, or a part of it, then by letters changed.
    public static func nearest(to word: String) -> [String] {
        let word = String(word.lowercased().prefix(longestWord))
        let ranked = FailureCatalogue.entries.enumerated().map { place, entry in
            (rank: rank(entry.id, word), place: place, id: entry.id)
        }
        let near = ranked.filter { $0.rank <= max(4, word.count / 2) }
        return near.sorted { ($0.rank, $0.place) < ($1.rank, $1.place) }.prefix(suggestions).map(\.id)
    }

    private static func rank(_ id: String, _ word: String) -> Int {
        if !word.isEmpty, id.contains(word) { return 0 }
        let parts = word.split { $0 == "-" || $0 == "_" || $0 == " " }.filter { $0.count >= 3 }
        let matching = parts.count { id.contains($0) }
        let distance = distance(Array(id.utf8), Array(word.utf8))
        return matching == 0 ? distance : min(distance, 1 + 3 * (parts.count - matching))
    }

    /// Letters to put in, take out or change (Levenshtein).
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (place, other) in right.enumerated() {
                let changed = diagonal + (letter == other ? 0 : 1)
                diagonal = row[place + 1]
                row[place + 1] = min(changed, row[place] + 1, row[place + 1] + 1)
            }
        }
        return row[right.count]
    }
}
