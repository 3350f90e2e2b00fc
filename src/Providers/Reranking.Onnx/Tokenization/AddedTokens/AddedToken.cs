namespace Reranking.Onnx;

/// <summary>A token that is found in a text before the model sees it.</summary>
/// <param name="Id">The id.</param>
/// <param name="Content">How it is written.</param>
/// <param name="SingleWord">Whether it counts only where no word touches it.</param>
/// <param name="StripsLeft">Whether it takes the white space before it.</param>
/// <param name="StripsRight">Whether it takes the white space after it.</param>
/// <param name="IsNormalized">Whether it is looked for, normalized, in the normalized text.</param>
internal sealed record AddedToken(int Id, string Content, bool SingleWord, bool StripsLeft, bool StripsRight, bool IsNormalized);
