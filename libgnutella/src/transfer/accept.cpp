#include "transfer/accept.hpp"

#include "ascii.hpp"

#include <algorithm>
#include <optional>

namespace gnutella::transfer {

namespace {

std::string_view take_element(std::string_view& text, char separator) noexcept {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return ascii::trimmed(taken);
}

// "q=0", "q=0.0" and the like.
bool is_refusal(std::string_view parameter) noexcept {
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos || !ascii::same(ascii::trimmed(parameter.substr(0, equals)), "q")) {
        return false;
    }
    const std::string_view weight = ascii::trimmed(parameter.substr(equals + 1));
    return weight.starts_with('0') && weight.find_first_not_of("0.") == std::string_view::npos;
}

bool refuses(std::string_view parameters) noexcept {
    while (!parameters.empty()) {
        if (is_refusal(take_element(parameters, ';'))) {
            return true;
        }
    }
    return false;
}

// Whether an entry of that name is wanted; nullopt when there is none.
std::optional<bool> find_element(std::string_view list, std::string_view lower_case) noexcept {
    while (!list.empty()) {
        std::string_view entry = take_element(list, ',');
        if (ascii::same(take_element(entry, ';'), lower_case)) {
            return !refuses(entry);
        }
    }
    return std::nullopt;
}

}  // namespace

bool names_media_type(std::string_view accept, std::string_view lower_case_type) noexcept {
    return find_element(accept, lower_case_type).value_or(false);
}

bool accepts_media_type(std::string_view accept, std::string_view lower_case_type) noexcept {
    if (ascii::trimmed(accept).empty()) {
        return true;
    }
    if (const auto exactly = find_element(accept, lower_case_type)) {
        return *exactly;
    }
    const std::string_view family = lower_case_type.substr(0, lower_case_type.find('/') + 1);
    while (!accept.empty()) {
        std::string_view entry = take_element(accept, ',');
        const std::string_view pattern = take_element(entry, ';');
        const bool any_of_family =
            pattern.ends_with("/*") && ascii::same(pattern.substr(0, pattern.size() - 1), family);
        if ((pattern == "*/*" || any_of_family) && !refuses(entry)) {
            return true;
        }
    }
    return false;
}

bool accepts_coding(std::string_view accept_encoding, std::string_view lower_case_coding) noexcept {
    return find_element(accept_encoding, lower_case_coding).value_or(false);
}

}  // namespace gnutella::transfer
