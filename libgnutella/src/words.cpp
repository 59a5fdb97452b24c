#include "words.hpp"

#include <utf8proc.h>

#include <array>
#include <span>

namespace gnutella {

namespace {

// What an ASCII character is within a word; 0 when it separates.
constexpr std::array<char, 128> ascii_letters = [] {
    std::array<char, 128> letters{};
    for (std::size_t at = '0'; at <= '9'; ++at) {
        letters[at] = static_cast<char>(at);
    }
    for (std::size_t at = 'a'; at <= 'z'; ++at) {
        letters[at] = static_cast<char>(at);
        letters[at - 'a' + 'A'] = static_cast<char>(at);
    }
    return letters;
}();

// The longest decomposition in Unicode has 18 code points (U+FDFA).
constexpr std::size_t max_decomposition = 32;

// Letters that people type without their stroke, and that Unicode does not decompose.
constexpr std::int32_t without_stroke(std::int32_t code) noexcept {
    switch (code) {
        case 0xF8:  // o with stroke
            return 'o';
        case 0x111:  // d
            return 'd';
        case 0x127:  // h
            return 'h';
        case 0x131:  // i without dot
            return 'i';
        case 0x142:  // l
            return 'l';
        case 0x167:  // t
            return 't';
        default:
            return code;
    }
}

// Accents, and the vowel points of Hebrew and Arabic, are written or not as people please. The vowel signs and viramas
// of the scripts of India and Thailand and the voicing marks of Japanese are not: they make another word.
bool is_accent(const utf8proc_property_t& property) noexcept {
    const bool overlay = property.combining_class == 1;
    const bool point = property.combining_class >= 10 && property.combining_class <= 36;
    const bool above_or_below = property.combining_class >= 200;
    return overlay || point || above_or_below || property.category == UTF8PROC_CATEGORY_ME;
}

bool is_letter_or_digit(const utf8proc_property_t& property) noexcept {
    return property.category >= UTF8PROC_CATEGORY_LU && property.category <= UTF8PROC_CATEGORY_NO;
}

}  // namespace

Words::Words(std::string_view text) {
    while (!text.empty()) {
        const auto byte = static_cast<unsigned char>(text.front());
        if (byte < ascii_letters.size()) {
            if (const char letter = ascii_letters[byte]) {
                letters_.push_back(letter);
            } else {
                end_word();
            }
            text.remove_prefix(1);
            continue;
        }
        std::int32_t code = 0;
        const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                             static_cast<utf8proc_ssize_t>(text.size()), &code);
        if (length <= 0) {
            end_word();
            text.remove_prefix(1);
            continue;
        }
        take_character(code);
        text.remove_prefix(static_cast<std::size_t>(length));
    }
    end_word();
}

std::string_view Words::operator[](std::size_t word) const noexcept {
    const std::size_t begin = word == 0 ? 0 : ends_[word - 1];
    return {letters_.data() + begin, ends_[word] - begin};
}

void Words::take_character(std::int32_t code) {
    constexpr auto options =
        static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
    std::array<utf8proc_int32_t, max_decomposition> folded{};
    int last_boundary = 0;
    const auto count = utf8proc_decompose_char(code, folded.data(), static_cast<utf8proc_ssize_t>(folded.size()),
                                               options, &last_boundary);
    if (count < 0 || static_cast<std::size_t>(count) > folded.size()) {
        end_word();
        return;
    }
    for (const std::int32_t part : std::span(folded).first(static_cast<std::size_t>(count))) {
        take_folded(without_stroke(part));
    }
}

void Words::take_folded(std::int32_t code) {
    const utf8proc_property_t& property = *utf8proc_get_property(code);
    if (is_accent(property)) {
        return;
    }
    if (!is_letter_or_digit(property)) {
        end_word();
        return;
    }
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto length = utf8proc_encode_char(code, bytes.data());
    letters_.insert(letters_.end(), bytes.begin(), bytes.begin() + length);
}

void Words::end_word() {
    const std::size_t begin = ends_.empty() ? 0 : ends_.back();
    if (letters_.size() > begin) {
        ends_.push_back(static_cast<std::uint32_t>(letters_.size()));
    }
}

void split_words(std::string_view text, std::vector<std::string>& words) {
    const Words split(text);
    for (std::size_t word = 0; word < split.size(); ++word) {
        words.emplace_back(split[word]);
    }
}

}  // namespace gnutella
