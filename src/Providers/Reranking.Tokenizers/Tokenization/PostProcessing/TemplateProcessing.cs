namespace Reranking.Tokenizers.Tokenization.PostProcessing;

/// <summary>HuggingFace's <c>TemplateProcessing</c>: templates spelled out in the file.</summary>
internal static class TemplateProcessing
{
    public static PostProcessor Read(ComponentJson json) => new(
        new TokenTemplate(ReadTemplate(json, "single", [TemplateSource.Query])),
        new TokenTemplate(ReadTemplate(json, "pair", [TemplateSource.Query, TemplateSource.Document])));

    private static TemplatePiece[] ReadTemplate(ComponentJson json, string name, TemplateSource[] texts)
    {
        ComponentJson specialTokens = json.GetComponent("special_tokens");
        TemplatePiece[] pieces = [.. json.GetComponents(name, $"'{name}' template").Select(piece => ReadPiece(json, name, piece, specialTokens))];

        // The count of special tokens is the count of all that is not text, so each text must be there once.
        IEnumerable<TemplateSource> found = pieces.Select(piece => piece.Source).Where(source => source != TemplateSource.SpecialTokens).Order();
        return found.SequenceEqual(texts)
            ? pieces
            : throw json.Unusable($"has a '{name}' template in its {json.Kind} with other texts; expected {(texts.Length == 1 ? "A" : "A and B")}, each once");
    }

    private static TemplatePiece ReadPiece(ComponentJson json, string name, ComponentJson piece, ComponentJson specialTokens)
    {
        if (piece.FindComponent("Sequence") is { } sequence)
        {
            return sequence.GetString("id") switch
            {
                "A" => new TemplatePiece(TemplateSource.Query, [], sequence.GetNumber("type_id")),
                "B" => new TemplatePiece(TemplateSource.Document, [], sequence.GetNumber("type_id")),
                string other => throw json.Unusable($"has the sequence '{other}' in the '{name}' template of its {json.Kind}; expected A or B"),
            };
        }

        ComponentJson special = piece.FindComponent("SpecialToken")
            ?? throw json.Unusable($"has a piece in the '{name}' template of its {json.Kind} that is neither a text nor a token; "
                + "expected Sequence or SpecialToken");
        string id = special.GetString("id");
        ComponentJson token = specialTokens.FindComponent(id)
            ?? throw json.Unusable($"has the token '{id}' in the '{name}' template of its {json.Kind}, which its special_tokens lack; expected one of them");
        return new TemplatePiece(TemplateSource.SpecialTokens, token.GetNumbers("ids"), special.GetNumber("type_id"));
    }
}
