namespace Reranking.Onnx;

/// <summary>An added token in a text, or none.</summary>
/// <param name="Token">The token, or null where none was found.</param>
/// <param name="Start">Where it starts, with the white space that it takes.</param>
/// <param name="End">Where it ends, with the white space that it takes.</param>
/// <param name="SearchedTo">Where the next search starts.</param>
internal readonly record struct AddedTokenMatch(AddedToken? Token, int Start, int End, int SearchedTo);
