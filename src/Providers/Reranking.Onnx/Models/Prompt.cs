namespace Reranking.Onnx.Models;

/// <summary>
/// What a language model that was trained to rerank reads: a text with places for the instruction, the query and the document, and how the answer starts.
/// </summary>
/// <remarks>
/// A prompt has three parts that vary, the one of the query, the one of the document and what both are cut to; all else is fixed and never cut. Each
/// piece is encoded by itself, as the reference does: joined before, "?" and the line break behind it would be one token instead of two.
/// </remarks>
internal sealed record Prompt
{
    /// <summary>Gets the name in settings and messages.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the <c>model_type</c> of the models that were trained with it, or <see langword="null"/> if that is open.</summary>
    public string? ModelType { get; init; }

    /// <summary>Gets a token that only a tokenizer of those models has, or <see langword="null"/>.</summary>
    public string? ControlToken { get; init; }

    /// <summary>Gets what stands before all that varies.</summary>
    public string Before { get; init; } = "";

    /// <summary>Gets what is put before the query where there is an instruction.</summary>
    public string InstructionBeforeQuery { get; init; } = "";

    /// <summary>Gets the part of the query; empty where the query stands in <see cref="Document"/>.</summary>
    public string Query { get; init; } = "";

    /// <summary>Gets what stands between the part of the query and that of the document.</summary>
    public string Between { get; init; } = "";

    /// <summary>Gets what is encoded together with the document, before it.</summary>
    public required string Document { get; init; }

    /// <summary>Gets the pieces after the document.</summary>
    public string[] After { get; init; } = [];

    /// <summary>Gets the token that a relevant document is answered with.</summary>
    public string YesToken { get; init; } = "yes";

    /// <summary>Gets the token that any other document is answered with.</summary>
    public string NoToken { get; init; } = "no";

    /// <summary>Gets the instruction where none is given; <see langword="null"/> for none.</summary>
    public string? Instruction { get; init; }

    /// <summary>Gets a value indicating whether <see cref="MaxTokens"/> does not count what stands before and after all that varies.</summary>
    public bool IsMaxTokensOfContent { get; init; }

    /// <summary>Gets the longest input of the reference implementation, which is shorter than what the models could read.</summary>
    public int MaxTokens { get; } = 8_192;

    public bool HasInstruction => InstructionBeforeQuery.Length > 0 || PromptText.Count(Query + Document, PromptText.Instruction) > 0;
}
