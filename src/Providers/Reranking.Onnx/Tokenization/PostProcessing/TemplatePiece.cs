namespace Reranking.Onnx;

/// <summary>One piece of a <see cref="TokenTemplate"/>.</summary>
/// <param name="Source">What it stands for.</param>
/// <param name="SpecialIds">The ids of special tokens; empty for a text.</param>
/// <param name="TypeId">The type id of each of its tokens.</param>
internal sealed record TemplatePiece(TemplateSource Source, int[] SpecialIds, int TypeId);
