#pragma once

#include <string_view>

namespace holdfast::api::http {

// Files of openapi/ that are compiled into the server.
extern const std::string_view kOpenApi;       // openapi.json
extern const std::string_view kDocsIndex;     // index.html
extern const std::string_view kDocsProblems;  // problems.html
extern const std::string_view kDocsStyle;     // style.css

}  // namespace holdfast::api::http
