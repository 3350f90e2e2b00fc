namespace Reranking.Onnx;

/// <summary>HuggingFace's <c>RobertaProcessing</c>: <c>&lt;s&gt; query &lt;/s&gt;&lt;/s&gt; document &lt;/s&gt;</c>, all of one type.</summary>
internal static class RobertaProcessing
{
    public static PostProcessor Read(ComponentJson json) => BertProcessing.Read(json, separatorsBetween: 2, documentType: 0);
}
