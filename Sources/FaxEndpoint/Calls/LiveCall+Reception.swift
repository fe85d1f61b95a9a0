import FaxCore
import FaxDSP
import NIOCore

// What becomes of the pages that came.
extension LiveCall {
    private enum Kept: Sendable {
        case pages(paths: [String], [PageBitmap])
        case nothing
        case failed(String)
    }

    /// Success is told when the pages are on the disk, not before.
    func keep(_ result: FaxResult, _ reception: Reception) {
        let bound = NIOLoopBound(self, eventLoop: loop)
        host.disk.run {
            do {
                let kept = try reception.commit(confirmed: result.report.pagesReceived)
                return kept.map { Kept.pages(paths: $0.paths, $0.pages) } ?? .nothing
            } catch {
                return .failed("\(error)")
            }
        } then: { (kept: Kept) in
            var result = result
            switch kept {
            case .pages(let paths, let pages):
                result.files = paths
                bound.value.report(result, pages)
            case .nothing: bound.value.report(result, [])
            case .failed(let reason):
                result.lose(reason)
                bound.value.report(result, [])
            }
        }
    }
}
