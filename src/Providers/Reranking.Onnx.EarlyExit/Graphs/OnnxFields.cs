namespace Reranking.Onnx.EarlyExit.Graphs;

/// <summary>The numbers of the fields of onnx.proto that are read or written.</summary>
internal static class OnnxFields
{
    public const int ModelGraph = 7;

    public const int GraphNode = 1;
    public const int GraphInitializer = 5;
    public const int GraphInput = 11;
    public const int GraphOutput = 12;
    public const int GraphValueInfo = 13;
    public const int GraphQuantization = 14;

    public const int NodeInput = 1;
    public const int NodeOutput = 2;
    public const int NodeOperator = 4;
    public const int NodeAttribute = 5;
    public const int AttributeGraph = 6;
    public const int AttributeGraphs = 11;

    public const int TensorType = 2;
    public const int TensorFloats = 4;
    public const int TensorName = 8;
    public const int TensorBytes = 9;
    public const int TensorExternal = 13;
    public const int TensorLocation = 14;

    public const int ValueName = 1;
    public const int ValueType = 2;
}
