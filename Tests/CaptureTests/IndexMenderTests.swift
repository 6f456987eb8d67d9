import Foundation
import Testing

@testable import Capture

@Suite("Mending an index")
struct IndexMenderTests {
    @Test("closes each file that is open, where it ends, and changes nothing else")
    func closes() {
        let text =
            "0.000 7_a.mp4 create \n0.040 7_a.mp4 info channels=1 \n2.000 7_a.mp4 close \n"
            + "3.500 my user_b.mp4 create codecswitch \n3.600 my user_b.mp4 info width=2 height=2 rotation=0 \n9.000 x y \n"
        let mended = IndexMender.mended(text, lengths: ["my user_b.mp4": 1_234, "7_a.mp4": 9])
        #expect(mended == text.replacingOccurrences(of: "9.000 x", with: "4.734 my user_b.mp4 close \n9.000 x"))
        #expect(mended.flatMap { IndexMender.mended($0, lengths: ["my user_b.mp4": 1]) } == nil)
    }

    @Test("leaves what it knows nothing of", arguments: ["", "0.000 a create \n", "garbage\n", "x y create \n", "1 2"])
    func leaves(_ text: String) { #expect(IndexMender.mended(text, lengths: ["b": 1]) == nil) }
}
