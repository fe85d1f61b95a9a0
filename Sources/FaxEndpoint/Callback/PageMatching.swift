import FaxDSP

/// Pages that came back held against those that were sent: which is which, and how alike they are. Pages in front or
/// between that nobody sent (covers) are left over.
public struct PageMatching: Sendable {
    public enum State: String, Sendable {
        case matched, differs, missing
    }

    public struct Page: Sendable {
        /// From 1, as sent.
        public let number: Int
        public let state: State
        /// From 1, as it came back; `nil`: it did not.
        public let returned: Int?
        public let likeness: PageLikeness?
    }

    public enum Verdict: String, Sendable {
        case matched, differs, missing
        case didNotCome = "did-not-come"
    }

    /// In the order sent.
    public let pages: [Page]
    /// Numbers of returned pages that are none of those sent: covers.
    public let extra: [Int]

    /// From here on a page is that page, and from here on it is without damage worth a word.
    static let leastLikeness = 0.4
    static let matchingLikeness = 0.75
    /// No part of a page that matches is less alike.
    static let matchingPart = 0.4
    /// Covers and missing pages move a page at most so far.
    private static let reach = 6
    /// More are not compared.
    private static let pageLimit = 200

    public init(sent: [PageBitmap], returned: [PageBitmap]) {
        let ours = sent.prefix(Self.pageLimit).map { Layers($0) }
        let theirs = returned.prefix(Self.pageLimit).map { Layers($0) }
        var pairs: [(sent: Int, returned: Int, likeness: PageLikeness)] = []
        for (index, page) in ours.enumerated() {
            for other in theirs.indices where abs(other - index) <= Self.reach {
                let likeness = PageLikeness(page, theirs[other])
                if likeness.likeness >= Self.leastLikeness { pairs.append((index, other, likeness)) }
            }
        }
        // The most alike first; of equals those in order.
        pairs.sort { ($1.likeness.likeness, $0.sent, $0.returned) < ($0.likeness.likeness, $1.sent, $1.returned) }
        var partners: [Int: (returned: Int, likeness: PageLikeness)] = [:]
        var taken: Set<Int> = []
        for pair in pairs where partners[pair.sent] == nil && !taken.contains(pair.returned) {
            partners[pair.sent] = (pair.returned, pair.likeness)
            taken.insert(pair.returned)
        }
        pages = sent.indices.map { index in
            guard let partner = partners[index] else {
                return Page(number: index + 1, state: .missing, returned: nil, likeness: nil)
            }
            let likeness = partner.likeness
            let isWhole = likeness.likeness >= Self.matchingLikeness && likeness.worstPart >= Self.matchingPart
            return Page(
                number: index + 1, state: isWhole ? .matched : .differs, returned: partner.returned + 1,
                likeness: likeness)
        }
        extra = returned.indices.filter { !taken.contains($0) }.map { $0 + 1 }
        verdict =
            returned.isEmpty
            ? .didNotCome
            : pages.contains { $0.state == .missing }
                ? .missing : pages.contains { $0.state == .differs } ? .differs : .matched
    }

    public let verdict: Verdict
}
