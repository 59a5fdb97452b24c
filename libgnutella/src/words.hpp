#pragma once

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gnutella {

/// The words of a name or of a search: its runs of letters and digits, without case, accents and compatibility forms,
/// so that "bjork" is a word of "Björk" and "STRASSE" is one of "straße". All else separates, as do bytes that are not
/// UTF-8. The words stand in the order of the text, and a word that comes twice is there twice.
///
/// Words of up to 256 bytes in all need no allocation: a node splits every query that passes by.
class Words {
  public:
    explicit Words(std::string_view text);

    bool empty() const noexcept { return ends_.empty(); }
    std::size_t size() const noexcept { return ends_.size(); }
    /// Valid as long as this object.
    std::string_view operator[](std::size_t word) const noexcept;

  private:
    void take_character(std::int32_t code);
    void take_folded(std::int32_t code);
    void end_word();

    // The words one after another, and where each ends.
    boost::container::small_vector<char, 256> letters_;
    boost::container::small_vector<std::uint32_t, 32> ends_;
};

/// Appends the words of `text`.
void split_words(std::string_view text, std::vector<std::string>& words);

}  // namespace gnutella
